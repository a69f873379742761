import { ScanCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { decodeItem, type Item } from '../src/aws/items'
import { subscriberIndex, type Table } from '../src/aws/table'
import type { Contract } from '../src/contracts/contract'
import { canSignFor } from '../src/contracts/ids'

/**
 * A line for each endpoint that no delivery can be signed for. They are older than the rule that a scheme which signs the
 * tenant takes no full stop in its id. The index holds endpoints alone.
 */
export async function unsignableEndpoints(
  { client, name }: Table,
  contracts: readonly Contract[],
): Promise<readonly string[]> {
  const lines: string[] = []
  let start: Item | undefined
  do {
    const scan = new ScanCommand({
      TableName: name,
      IndexName: subscriberIndex,
      FilterExpression: 'contains(tenantId, :stop) AND attribute_not_exists(deletedAt)',
      ExpressionAttributeValues: { ':stop': { S: '.' } },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    const { Items = [], LastEvaluatedKey } = await client.send(scan)
    lines.push(...Items.flatMap(item => lineOf(item, contracts)))
    start = LastEvaluatedKey
  } while (start !== undefined)
  return lines
}

const schema = v.object({ tenantId: v.string(), id: v.string(), contract: v.string() })

function lineOf(item: Item, contracts: readonly Contract[]): readonly string[] {
  const { tenantId, id, contract: name } = decodeItem(schema, item)
  const contract = contracts.find(mounted => mounted.name === name)
  if (contract === undefined || canSignFor(contract, tenantId)) return []
  return [
    `keyturn: the endpoint ${id} of ${tenantId} gets no deliveries: ${name} signs the tenant, which has a full stop`,
  ]
}
