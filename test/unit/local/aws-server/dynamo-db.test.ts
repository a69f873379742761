import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { MemoryLevel } from 'memory-level'
import { type AwsServer, startAwsServer } from '../../../../local/aws-server/server'
import { refusalOf } from '../../../support/suites/secrets-manager/calls'
import { clientConfig } from './client-config'

const TableName = 'items'
const Key = { id: { S: 'one' } }

describe('DynamoDB', () => {
  let server: AwsServer
  let client: DynamoDBClient

  beforeAll(async () => {
    server = await startAwsServer({ dataDir: null, port: 0 })
    client = new DynamoDBClient(clientConfig(server.url))
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    )
  })
  afterAll(async () => {
    client.destroy()
    await server.close()
  })

  it('lets one of 64 conditional writes at once win', async () => {
    const writes = Array.from({ length: 64 }, (_, nth) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET revision = :new, winner = :winner',
          ConditionExpression: 'attribute_not_exists(revision)',
          ExpressionAttributeValues: { ':new': { N: '1' }, ':winner': { N: String(nth) } },
        }),
      ),
    )
    const refusals = await Promise.all(writes.map(refusalOf))
    expect(refusals.filter(refusal => refusal === 'ConditionalCheckFailedException')).toHaveLength(63)
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
    expect(Item?.winner).toEqual({ N: String(refusals.indexOf('none')) })
  })

  it('leaves no iterator of its database open after reads of a range', async () => {
    const attached = jest.spyOn(MemoryLevel.prototype, 'attachResource')
    const detached = jest.spyOn(MemoryLevel.prototype, 'detachResource')
    for (let each = 0; each < 20; each += 1) {
      await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': Key.id },
          ...(each % 2 === 0 ? {} : { Limit: 1 }),
        }),
      )
    }
    // A stream closes its iterator after it has handed over the last item.
    await new Promise(resolve => setImmediate(resolve))
    const opened = attached.mock.calls.map(([resource]) => resource)
    expect(opened.length).toBeGreaterThanOrEqual(20)
    expect(opened.filter(each => !detached.mock.calls.some(([resource]) => resource === each))).toEqual([])
    jest.restoreAllMocks()
  })

  it('names its errors as AWS does', async () => {
    const get = client.send(new GetItemCommand({ TableName: 'no-such-table', Key }))
    expect(await refusalOf(get)).toBe('ResourceNotFoundException')
  })
})
