import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { randomBytes } from 'node:crypto'
import { tableNameOf } from '../config/config'
import { configFile, loadConfig } from '../config/load'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { endpointAddressOf, endpointPrefix } from '../src/aws/item-keys'
import { valuesOf } from '../src/aws/items'
import type { Table } from '../src/aws/table'
import type { EndpointAddress, RotationDeps } from '../src/rotation/ports'
import { raiseRevision } from '../src/rotation/restore'
import type { Given, Report } from './command'

// `keyturn restore`, after a table was restored from a backup: every endpoint gets a revision above its mirror's, and
// the sweep writes the mirrors anew.

export async function restore({ say }: Given): Promise<Report> {
  const config = await loadConfig(configFile())
  const table = { client: dynamoDbClient({ region: config.region }), name: tableNameOf(config) }
  const deps = { store: dynamoEndpointStore(table), now: () => new Date(), randomBytes }
  const raised = await raiseEveryRevision(deps, table, count => {
    if (count % 1000 === 0) say(`${count} endpoints …`)
  })
  const line = `${raised} endpoints are ahead of their mirrors; the sweep writes about 10 mirrors a second.`
  return { lines: [line], json: { raised } }
}

/** Returns how many it raised. Tombstones are left as they are: their mirrors are to go. */
export async function raiseEveryRevision(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  table: Table,
  onRaised: (count: number) => void = () => {},
): Promise<number> {
  let raised = 0
  for await (const address of everyEndpoint(table)) {
    const endpoint = await deps.store.load(address)
    if (endpoint === null || endpoint.deletedAt) continue
    await raiseRevision(deps, endpoint, 'restore')
    raised += 1
    onRaised(raised)
  }
  return raised
}

/** Every endpoint of the table that is not a tombstone. Reads the whole table. */
async function* everyEndpoint(table: Table): AsyncGenerator<EndpointAddress> {
  let start: ScanStart
  do {
    const page = await scanEndpoints(table, start)
    for (const item of page.Items ?? []) {
      const { pk, sk } = unmarshall(item)
      yield endpointAddressOf({ pk: String(pk), sk: String(sk) })
    }
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}

type ScanStart = ConstructorParameters<typeof ScanCommand>[0]['ExclusiveStartKey']

function scanEndpoints({ client, name }: Table, start: ScanStart) {
  return client.send(
    new ScanCommand({
      TableName: name,
      FilterExpression: 'begins_with(sk, :endpoint) AND attribute_not_exists(deletedAt)',
      ExpressionAttributeValues: valuesOf({ endpoint: endpointPrefix }),
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
      ExclusiveStartKey: start,
    }),
  )
}
