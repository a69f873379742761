import { BatchWriteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { expect, it } from '@jest/globals'
import { dynamoEndpointStore, endpointItem } from '../../../src/aws/dynamo-endpoint-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { EndpointStore } from '../../../src/rotation/ports'
import { sweep } from '../../../src/rotation/sweep'
import { newCloud } from '../../simulator/cloud'
import { noon, vacant } from '../../support/suites/sample-endpoint'
import { dueEndpoint, planned, sweepBed } from '../rotation/sweep-bed'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

/** A sweep at seven seconds past noon on a clock that only its own pauses move, and whom it loaded in turn. */
function sweepOf(store: EndpointStore) {
  const loaded: string[] = []
  const load: EndpointStore['load'] = address => {
    loaded.push(address.tenantId)
    return store.load(address)
  }
  const { deps, clock } = sweepBed({ ...newCloud().services, store: { ...store, load } })
  return { loaded, run: (seconds: number) => sweep(deps, addSeconds(clock.at, seconds)) }
}

it('another tenant has its turn within the first few, though 800 endpoints of one tenant became due before', async () => {
  const table = await newTable()
  const store = dynamoEndpointStore(table)
  const many = Array.from({ length: 800 }, (_, place) =>
    dueEndpoint(`ep_${place}`, { tenantId: 'busy', dueAt: addSeconds(noon, place / 800) }),
  )
  await storeMany(table, [...many, dueEndpoint('ep_1', { tenantId: 'quiet', dueAt: addSeconds(noon, 6.9) })])
  const { loaded, run } = sweepOf(store)
  const { settled, left } = await run(3)
  expect(loaded.indexOf('quiet')).toBeLessThan(4)
  expect(settled).toBeGreaterThan(4)
  expect(settled + left).toBe(801)
})

it('an endpoint in the shards of before is found, and its planned work goes to its own shards', async () => {
  const table = await newTable()
  const store = dynamoEndpointStore(table)
  const lookAgainAt = addSeconds(noon, 60)
  const early = { ...planned, dueAt: noon, lookAgainAt }
  await store.create(dueEndpoint('ep_1', early), vacant)
  await putIntoShard(table, 'ep_1', 5)
  expect(await sweepOf(store).run(3)).toMatchObject({
    settled: 1,
    failed: 0,
    left: 0,
    oldestSeconds: 0,
    plannedLateSeconds: 7,
  })
  const found: string[] = []
  for await (const page of store.due({ kind: 'planned', since: null, until: lookAgainAt }))
    found.push(...page.map(({ endpointId }) => endpointId))
  expect(found).toEqual(['ep_1'])
})

/** DynamoDB takes 25 items at a time. */
async function storeMany({ client, name }: Table, endpoints: readonly Endpoint[]): Promise<void> {
  for (let start = 0; start < endpoints.length; start += 25) {
    const puts = endpoints.slice(start, start + 25).map(endpoint => ({ PutRequest: { Item: endpointItem(endpoint) } }))
    await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: puts } }))
  }
}

/** As a version of before left it. */
async function putIntoShard(table: Table, id: string, dueShard: number): Promise<void> {
  await table.client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: marshall({ pk: 'TENANT#org_1', sk: `ENDPOINT#${id}` }),
      UpdateExpression: 'SET dueShard = :shard',
      ExpressionAttributeValues: marshall({ ':shard': dueShard }),
    }),
  )
}
