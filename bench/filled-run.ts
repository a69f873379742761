import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiKey } from '../src/access/create-api-key'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { endpointItem } from '../src/aws/dynamo-endpoint-store'
import type { Table } from '../src/aws/table'
import { featurebase } from '../src/contracts/featurebase'
import type { Endpoint } from '../src/rotation/endpoint'
import { startLocalRun } from '../test/support/local-run'
import { sampleEndpoint } from './sample-endpoint'

/** A local run with so many endpoints, and requests that rotate some of them. */
export interface FilledRun {
  /** One for each endpoint that is rotated. */
  readonly rotations: readonly (() => Promise<void>)[]
  close(): Promise<void>
}

const tenants = 10
const rotatedPerTenant = 20
const batchSize = 25
const lanes = 8

/** Puts the endpoints straight into the table; those that are rotated get their mirrors by one rotation each. */
export async function startFilledRun(endpoints: number): Promise<FilledRun> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-filled-'))
  const run = await startLocalRun({ dataDir })
  const { local } = run
  const client = dynamoDbClient({ endpoint: local.aws, region: local.region, credentials: local })
  const table = { client, name: local.table }
  const rotations: (() => Promise<void>)[] = []
  for (let tenant = 0; tenant < tenants; tenant += 1) {
    const tenantId = `org_bench_${tenant}`
    const made = Array.from({ length: endpoints / tenants }, () => sampleEndpoint(tenantId, featurebase))
    await putAll(table, made)
    const authorization = `Bearer ${await newKey(table, tenantId)}`
    const rotated = made.slice(0, rotatedPerTenant)
    rotations.push(
      ...rotated.map(
        ({ id }) =>
          () =>
            rotate(`${local.api}/v2/webhooks/${id}/secret`, authorization),
      ),
    )
  }
  client.destroy()
  for (const rotation of rotations) await rotation()
  return {
    rotations,
    close: async () => {
      await run.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}

async function putAll({ client, name }: Table, endpoints: readonly Endpoint[]): Promise<void> {
  const queue = [...endpoints]
  const lane = async (): Promise<void> => {
    while (queue.length > 0) {
      const requests = queue.splice(0, batchSize).map(endpoint => ({ PutRequest: { Item: endpointItem(endpoint) } }))
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [name]: requests } }),
      )
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('items were left over')
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

async function newKey(table: Table, tenantId: string): Promise<string> {
  const now = (): Date => new Date()
  const scope = { tenantIds: [tenantId], permissions: [], plan: null, expiresAt: null }
  const request = { contract: featurebase, name: 'bench', ...scope }
  return (await createApiKey(dynamoApiKeyStore(table, now), { now, randomBytes }, request)).text.reveal()
}

async function rotate(url: string, authorization: string): Promise<void> {
  const reply = await fetch(url, { method: 'POST', headers: { authorization } })
  const text = await reply.text()
  if (reply.status !== 200) throw new Error(`the rotation answered ${reply.status}: ${text}`)
}
