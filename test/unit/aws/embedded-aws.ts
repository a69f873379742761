import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { setTimeout as wait } from 'node:timers/promises'
import { patientLimits } from '../../../local/aws-resources'
import { startAwsServer } from '../../../local/aws-server/server'
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

export interface EmbeddedTables {
  /** A new, empty table. */
  newTable(): Promise<Table>
  close(): Promise<void>
}

/** DynamoDB in memory, over the wire. */
export async function startTables(): Promise<EmbeddedTables> {
  const server = await startAwsServer({ dataDir: null, port: 0 })
  const client = dynamoDbClient(clientOptions(server.url))
  let made = 0
  return {
    newTable: async () => {
      made += 1
      const table = { client, name: `keyturn-${made}` }
      await client.send(new CreateTableCommand(tableDefinition(table.name)))
      await untilActive(table)
      return table
    },
    close: async () => {
      client.destroy()
      await server.close()
    },
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
