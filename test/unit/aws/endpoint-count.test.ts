import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoDbClient } from '../../../src/aws/clients'
import { dynamoEndpointStore, endpointItem } from '../../../src/aws/dynamo-endpoint-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { deleted, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { closeAfterEach } from './close-after-each'
import { clientOptions, embeddedTables } from './embedded-aws'
import { startScriptedAws } from './scripted-aws'

const newTable = embeddedTables()
const Key = marshall({ pk: 'COUNT#org_1', sk: 'ENDPOINTS' })
const three = { ...vacant, mostEndpoints: 3 }

function numbered(n: number, over: Partial<Endpoint> = {}): Endpoint {
  return sampleEndpoint({ id: `ep_${n}`, incarnation: `inc_${n}`, ...over })
}

describe('the count of a tenant’s endpoints', () => {
  let table: Table
  beforeEach(async () => {
    table = await newTable()
  })
  const store = () => dynamoEndpointStore(table)

  async function count(): Promise<unknown> {
    const { Item } = await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }))
    return Item && unmarshall(Item).live
  }

  /** As a version wrote them that did not count: two live ones and a tombstone. */
  async function uncounted(): Promise<void> {
    for (const endpoint of [numbered(1), numbered(2), deleted(numbered(3))])
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: endpointItem(endpoint) }))
  }

  it('begins with the live endpoints that are there already, at the first creation', async () => {
    await uncounted()
    expect(await count()).toBeUndefined()
    expect([await store().create(numbered(4), three), await store().create(numbered(5), three)]).toEqual([
      'stored',
      'full',
    ])
    expect(await count()).toBe(3)
  })

  it('begins with them at the first deletion too, which then counts', async () => {
    await uncounted()
    expect(await store().commit(deleted(numbered(1)), numbered(1).revision)).toBe('stored')
    expect(await count()).toBe(1)
  })

  it('begins once, however many come at once', async () => {
    await uncounted()
    const creations = Array.from({ length: 12 }, (_, n) => store().create(numbered(10 + n), three))
    const deletions = [1, 2].map(n => store().commit(deleted(numbered(n)), numbered(n).revision))
    const outcomes = await Promise.all([...creations, ...deletions])
    const stored = outcomes.slice(0, 12).filter(outcome => outcome === 'stored').length
    expect(outcomes.slice(12)).toEqual(['stored', 'stored'])
    expect(await count()).toBe(stored)
    expect((await store().list('org_1', { limit: 100, after: null })).items).toHaveLength(stored)
  })

  it('is taken anew before anybody is refused, where the last time was an hour ago', async () => {
    for (const n of [1, 2, 3]) await store().create(numbered(n), three)
    // A function of an earlier version deletes two, and does not count.
    for (const n of [1, 2])
      await table.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: marshall({ pk: 'TENANT#org_1', sk: `ENDPOINT#ep_${n}` }),
          UpdateExpression: 'SET deletedAt = :at',
          ExpressionAttributeValues: marshall({ ':at': numbered(n).updatedAt.toISOString() }),
        }),
      )
    const { updatedAt } = numbered(1)
    expect(await store().create(numbered(4), three)).toBe('full')
    expect(await store().create(numbered(4, { updatedAt: addSeconds(updatedAt, 3600) }), three)).toBe('stored')
    expect(await count()).toBe(2)
  })

  it('goes on after its item was lost', async () => {
    for (const n of [1, 2]) await store().create(numbered(n), three)
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
    await store().create(numbered(3), three)
    expect(await count()).toBe(3)
  })
})

describe('a transaction that AWS cancels', () => {
  const opened = closeAfterEach()

  /** A store whose transactions are cancelled for these reasons in turn, and then go through. */
  async function scripted(...turns: readonly (readonly string[])[]) {
    let turn = 0
    const aws = opened(
      await startScriptedAws(() => {
        const codes = turns[turn]
        turn += 1
        if (codes === undefined) return { status: 200, body: {} }
        const CancellationReasons = codes.map(Code => ({ Code }))
        const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException'
        return { status: 400, body: { __type, CancellationReasons } }
      }),
    )
    const client = dynamoDbClient(clientOptions(aws.url))
    opened({ close: async () => client.destroy() })
    return { store: dynamoEndpointStore({ client, name: 'keyturn' }), calls: aws.calls }
  }

  it('is made again where another of the tenant was under way, or there was too much at once', async () => {
    const { store, calls } = await scripted(
      ['None', 'TransactionConflict'],
      ['TransactionConflict', 'None'],
      ['None', 'ThrottlingError'],
    )
    expect(await store.create(sampleEndpoint(), vacant)).toBe('stored')
    expect(calls).toHaveLength(4)
  })

  it('is a conflict where the endpoint’s condition failed, whatever became of the count', async () => {
    const { store } = await scripted(['ConditionalCheckFailed', 'None'])
    expect(await store.create(sampleEndpoint(), vacant)).toBe('conflict')
    const other = await scripted(['ConditionalCheckFailed', 'ConditionalCheckFailed'])
    expect(await other.store.create(sampleEndpoint(), vacant)).toBe('conflict')
  })

  it('is no conflict where AWS had another reason', async () => {
    const { store, calls } = await scripted(['None', 'ValidationError'])
    const refused = store.create(sampleEndpoint(), vacant)
    await expect(refused).rejects.toMatchObject({ name: 'TransactionCanceledException' })
    expect(calls).toHaveLength(1)
  })
})
