import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { randomBytes } from 'node:crypto'
import { localClientOptions, ringKeyId } from '../../../local/aws-resources'
import type { LocalDescription } from '../../../local/local-description'
import { dynamoDbClient, kmsClient } from '../../../src/aws/clients'
import { endpointItem } from '../../../src/aws/dynamo-endpoint-store'
import { kmsSealer } from '../../../src/aws/kms-sealer'
import type { Table } from '../../../src/aws/table'
import { newEndpointId } from '../../../src/contracts/ids'
import { keyturn } from '../../../src/contracts/keyturn'
import { inLanes } from '../../../src/core/concurrency'
import { newDraft } from '../../../src/rotation/change'
import { newEndpoint } from '../../../src/rotation/create'
import type { Endpoint, EndpointSettings } from '../../../src/rotation/endpoint'
import { newKey } from '../../../src/rotation/keys'
import type { Sealer } from '../../../src/rotation/ports'
import { plainSettings } from '../plain-settings'

/** Where endpoints are kept, and what seals their keys. */
export interface EndpointPlace {
  readonly table: Table
  readonly sealer: Sealer
}

/** Works with a local run's own table and KMS key. */
export async function atLocalRun<Result>(
  { aws, accessKeyId, table: name }: LocalDescription,
  work: (place: EndpointPlace) => Promise<Result>,
): Promise<Result> {
  const client = dynamoDbClient(localClientOptions(aws, accessKeyId))
  const kms = kmsClient(localClientOptions(aws, accessKeyId))
  try {
    return await work({ table: { client, name }, sealer: kmsSealer({ client: kms, keyId: ringKeyId }) })
  } finally {
    client.destroy()
    kms.destroy()
  }
}

export interface ManyEndpoints {
  readonly tenantId: string
  readonly settings: readonly Partial<EndpointSettings>[]
  /** `changed`: the sweep has all of them before it, at once. */
  readonly state: 'settled' | 'changed'
  readonly now: () => Date
}

const lanes = 8
/** Of one call of DynamoDB. */
const mostItems = 25

/** Puts so many endpoints straight into the table that making them over HTTP would take minutes. Returns their ids. */
export async function storeEndpoints(
  { table, sealer }: EndpointPlace,
  many: ManyEndpoints,
): Promise<readonly string[]> {
  const endpoints = await inLanes(lanes, many.settings, settings => endpointOf(sealer, many, settings))
  const items = endpoints.map(endpoint => ({ PutRequest: { Item: endpointItem(endpoint) } }))
  for (let start = 0; start < items.length; start += mostItems) {
    const RequestItems = { [table.name]: items.slice(start, start + mostItems) }
    const { UnprocessedItems = {} } = await table.client.send(new BatchWriteItemCommand({ RequestItems }))
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('items were left over')
  }
  return endpoints.map(({ id }) => id)
}

async function endpointOf(
  sealer: Sealer,
  { tenantId, state, now }: ManyEndpoints,
  over: Partial<EndpointSettings>,
): Promise<Endpoint> {
  const at = now()
  const id = newEndpointId(keyturn.ids, randomBytes)
  const settings: EndpointSettings = { ...plainSettings, mirror: 'off', ...over }
  const owner = { tenantId, endpointId: id, contract: keyturn }
  const { sealedKey: key } = await newKey({ sealer, randomBytes }, owner, null)
  const actor = { kind: 'keyturn', id: 'test' } as const
  const draft = newDraft({ randomBytes }, { kind: 'create', actor })
  const incarnation = `inc_${randomBytes(12).toString('hex')}`
  const endpoint = newEndpoint({ tenantId, id, contract: keyturn.name, incarnation, settings, key, draft }, at, null)
  if (state === 'changed') return { ...endpoint, dueAt: at }
  return { ...endpoint, settling: { ...endpoint.settling, revision: endpoint.revision }, dueAt: null }
}
