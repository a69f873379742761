import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dueShardOf } from '../../../src/aws/due-index'
import type { Table } from '../../../src/aws/table'
import { isLive } from '../../../src/rotation/ring'
import { endpointStoreSuite } from '../../support/suites/endpoint-store'
import { changed, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

describe('dynamoEndpointStore', () => {
  endpointStoreSuite(async () => ({
    store: dynamoEndpointStore(await newTable()),
    close: async () => undefined,
  }))
})

describe('a stored endpoint', () => {
  const address = { tenantId: 'org_1', endpointId: 'ep_1' }
  const itemKey = { pk: 'TENANT#org_1', sk: 'ENDPOINT#ep_1' }
  let table: Table
  beforeEach(async () => {
    table = await newTable()
  })

  /** Changes one attribute behind the store's back: a path, and its new value. */
  async function tamper(path: string, value: unknown): Promise<void> {
    const names = path.split('.').map((name, n) => [`#n${n}`, name.replace(/\[.*/, '')] as const)
    const expression = path.split('.').map((name, n) => `#n${n}${/\[.*/.exec(name)?.[0] ?? ''}`)
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: marshall(itemKey),
        UpdateExpression:
          value === undefined ? `REMOVE ${expression.join('.')}` : `SET ${expression.join('.')} = :value`,
        ExpressionAttributeNames: Object.fromEntries(names),
        ...(value === undefined ? {} : { ExpressionAttributeValues: marshall({ ':value': value }) }),
      }),
    )
  }

  async function item(): Promise<Record<string, unknown>> {
    const { Item = {} } = await table.client.send(new GetItemCommand({ TableName: table.name, Key: marshall(itemKey) }))
    return unmarshall(Item)
  }

  it('keeps what a change told of settings, and reads changes of before that told nothing', async () => {
    const store = dynamoEndpointStore(table)
    const { changes } = sampleEndpoint()
    const told = { url: { from: null, to: 'https://a.example/' }, consumers: { from: [], to: ['111111111111'] } }
    const endpoint = sampleEndpoint({ changes: [{ ...changes[0], changed: told }, ...changes.slice(1)] })
    await store.create(endpoint, vacant)
    expect((await store.load(address))?.changes).toEqual(endpoint.changes)
    await tamper('changes[0].changed', undefined)
    expect((await store.load(address))?.changes).toEqual(changes)
  })

  it('is in the index with its shard while it is due, and has neither attribute else', async () => {
    const store = dynamoEndpointStore(table)
    const endpoint = sampleEndpoint({ dueAt: noon })
    await store.create(endpoint, vacant)
    expect(await item()).toMatchObject({ dueAt: noon.toISOString(), dueShard: dueShardOf(address, 'unsettled') })
    await store.commit(changed(endpoint, { dueAt: null }), endpoint.revision)
    expect(Object.keys(await item())).not.toEqual(expect.arrayContaining(['dueAt']))
    expect(Object.keys(await item())).not.toEqual(expect.arrayContaining(['dueShard']))
  })

  it.each([
    ['ring.keys[1].createdAt', 'yesterday', 'ring.keys.1.createdAt'],
    ['ring.keys', [], 'ring.keys'],
    ['ring.version', 'two', 'ring.version'],
    ['changes[0].actor.kind', 'admin', 'changes.0.actor.kind'],
    ['settings.mirror', undefined, 'settings.mirror'],
    ['settling.revision', -1, 'settling.revision'],
    ['deletedAt', 12, 'deletedAt'],
    ['updatedAt', '2026-11-21T12:00:00Z', 'updatedAt'],
  ])('does not load with a malformed %s, and the error names it', async (path, value, named) => {
    const store = dynamoEndpointStore(table)
    await store.create(sampleEndpoint(), vacant)
    await tamper(path, value)
    await expect(store.load(address)).rejects.toThrow(`a stored item is malformed: ${named}`)
  })

  it.each([['soon'], [12], [''], [undefined], ['2026-13-01T00:00:00.000Z']])(
    'has an expired key where the expiry is %p',
    async expiry => {
      const store = dynamoEndpointStore(table)
      await store.create(sampleEndpoint(), vacant)
      await tamper('ring.keys[0].expiresAt', expiry)
      const [current] = (await store.load(address))?.ring.keys ?? []
      expect(current && isLive(current, noon)).toBe(false)
      expect(current?.expiresAt).toEqual(new Date(0))
    },
  )

  it('is not mistaken for a conflict when the table is missing', async () => {
    const store = dynamoEndpointStore({ ...table, name: 'nowhere' })
    const failure = { name: 'ResourceNotFoundException' }
    await expect(store.create(sampleEndpoint(), vacant)).rejects.toMatchObject(failure)
    await expect(store.commit(changed(sampleEndpoint()), 2)).rejects.toMatchObject(failure)
  })

  it.each(['', 'a#b'])('cannot be asked for with the id %p', async id => {
    const store = dynamoEndpointStore(table)
    await expect(store.load({ tenantId: id, endpointId: 'ep_1' })).rejects.toThrow(RangeError)
    await expect(store.load({ tenantId: 'org_1', endpointId: id })).rejects.toThrow(RangeError)
  })
})
