import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type AwsServer, startAwsServer } from '../../../../local/aws-server/server'
import { clientConfig } from './client-config'

const TableName = 'items'

describe('TransactWriteItems', () => {
  let server: AwsServer
  let client: DynamoDBClient
  let made = 0
  let pk = ''

  beforeAll(async () => {
    server = await startAwsServer({ dataDir: null, port: 0 })
    client = new DynamoDBClient(clientConfig(server.url))
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map(AttributeName => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    )
  })
  beforeEach(() => {
    made += 1
    pk = `partition-${made}`
  })
  afterAll(async () => {
    client.destroy()
    await server.close()
  })

  const keyOf = (sk: string) => ({ pk: { S: pk }, sk: { S: sk } })
  const isNew = 'attribute_not_exists(pk)'
  const put = (sk: string, condition: object = {}): TransactWriteItem => ({
    Put: { TableName, Item: { ...keyOf(sk), n: { N: '0' } }, ...condition },
  })
  const add = (sk: string, condition: object = {}): TransactWriteItem => ({
    Update: {
      TableName,
      Key: keyOf(sk),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ...condition,
    },
  })
  const remove = (sk: string): TransactWriteItem => ({ Delete: { TableName, Key: keyOf(sk) } })
  const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }))
  const numberOf = async (sk: string): Promise<string | undefined> =>
    (await client.send(new GetItemCommand({ TableName, Key: keyOf(sk), ConsistentRead: true }))).Item?.n?.N

  it('makes every write', async () => {
    await transact([put('gone')])
    await transact([put('a'), add('b'), remove('gone')])
    expect([await numberOf('a'), await numberOf('b'), await numberOf('gone')]).toEqual(['0', '1', undefined])
  })

  it('makes none where one condition fails, and says of each write whether its own did', async () => {
    await transact([add('old'), add('kept')])
    const refused = transact([
      add('old'),
      put('new'),
      remove('kept'),
      put('old', { ConditionExpression: isNew, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      add('kept', { ConditionExpression: 'n > :one' }),
    ])
    await expect(refused).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'None' },
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { n: { N: expect.any(String) } } },
        { Code: 'ConditionalCheckFailed' },
      ],
    })
    expect([await numberOf('old'), await numberOf('new'), await numberOf('kept')]).toEqual(['1', undefined, '1'])
  })

  it('makes none where one write is not possible at all', async () => {
    const nowhere = { Put: { TableName: 'nowhere', Item: keyOf('x') } }
    await expect(transact([add('a'), nowhere])).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(await numberOf('a')).toBeUndefined()
  })

  it('is seen whole, by reads and by writes that come beside it', async () => {
    const both = Array.from({ length: 20 }, () => transact([add('a'), add('b')]))
    const single = Array.from({ length: 20 }, () =>
      client.send(new UpdateItemCommand({ TableName, Key: keyOf('c'), ...add('c').Update })),
    )
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND sk < :c',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':c': { S: 'c' } },
      ConsistentRead: true,
    })
    const reads = Array.from({ length: 20 }, async () => {
      const { Items = [] } = await client.send(query)
      return new Set(Items.map(({ n }) => n?.N)).size
    })
    await Promise.all([...both, ...single])
    expect((await Promise.all(reads)).every(size => size <= 1)).toBe(true)
    expect([await numberOf('a'), await numberOf('b'), await numberOf('c')]).toEqual(['20', '20', '20'])
  })

  it('does nothing again for a token that it has had, and refuses it with other writes', async () => {
    await transact([add('a')], `token-${pk}`)
    await transact([add('a')], `token-${pk}`)
    expect(await numberOf('a')).toBe('1')
    const other = transact([add('b')], `token-${pk}`)
    await expect(other).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' })
  })

  it('refuses writes that it does not know', async () => {
    const check = { ConditionCheck: { TableName, Key: keyOf('a'), ConditionExpression: isNew } }
    await expect(transact([check])).rejects.toMatchObject({ name: 'ValidationException' })
  })
})
