import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { endpointAddressOf, endpointPrefix } from '../src/aws/item-keys'
import { valuesOf } from '../src/aws/items'
import type { Table } from '../src/aws/table'
import type { EndpointAddress } from '../src/rotation/ports'

const isLiveEndpoint = 'begins_with(sk, :endpoint) AND attribute_not_exists(deletedAt)'

/** Every endpoint of the table that is not a tombstone. Reads the whole table: for maintenance, never for a request. */
export async function* everyEndpoint({ client, name }: Table): AsyncGenerator<EndpointAddress> {
  let start: ScanStart
  do {
    const page = await scan({ client, name }, start)
    for (const item of page.Items ?? []) {
      const { pk, sk } = unmarshall(item)
      yield endpointAddressOf({ pk: String(pk), sk: String(sk) })
    }
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}

function scan({ client, name }: Table, start: ScanStart) {
  return client.send(
    new ScanCommand({
      TableName: name,
      FilterExpression: isLiveEndpoint,
      ExpressionAttributeValues: valuesOf([['endpoint', endpointPrefix]]),
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
      ExclusiveStartKey: start,
    }),
  )
}

type ScanStart = ConstructorParameters<typeof ScanCommand>[0]['ExclusiveStartKey']
