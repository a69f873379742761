import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { patientLimits } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { type ClientOptions, dynamoDbClient } from '../../../src/aws/clients'
import { type Table, tableDefinition } from '../../../src/aws/table'

/** Everything that a client needs to reach the embedded server. */
export function clientOptions(url: string): ClientOptions {
  return {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: patientLimits,
  }
}

/** DynamoDB in memory for the tests of a file, over the wire. Each call of what it returns makes a new, empty table. */
export function embeddedTables(): () => Promise<Table> {
  let server: AwsServer
  let client: DynamoDBClient
  let made = 0
  beforeAll(async () => {
    server = await startAwsServer({ dataDir: null, port: 0 })
    client = dynamoDbClient(clientOptions(server.url))
  })
  afterAll(async () => {
    client.destroy()
    await server.close()
  })
  return async () => {
    made += 1
    const table = { client, name: `keyturn-${made}` }
    await client.send(new CreateTableCommand(tableDefinition(table.name)))
    await untilActive(table)
    return table
  }
}

async function untilActive({ client, name }: Table): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    if (Table?.TableStatus === 'ACTIVE') return
    await wait(5)
  }
  throw new Error('the table did not become active')
}
