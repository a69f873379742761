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
import type { Figure } from './figure'
import { median } from './interleaved'
import { sampleEndpoint } from './sample-endpoint'

const few = 1_000
const many = 100_000
const rounds = 5
const turns = 5
const mostGrowth = 1.2
/** Rotations a turn, by how many are under way at once. */
const loads = [
  { atOnce: 1, rotations: 12 },
  { atOnce: 16, rotations: 48 },
] as const
type Load = (typeof loads)[number]

/**
 * Rotations a second through two local runs, one with 1,000 and one with 100,000 endpoints. They take short turns, so
 * that whatever else the machine does falls on both. Endpoints are put straight into the table; the same number is rotated
 * in both, and only those have mirrors.
 */
export async function benchThroughput(): Promise<readonly Figure[]> {
  const small = await startFilledRun(few)
  try {
    const large = await startFilledRun(many)
    try {
      const figures: Figure[] = []
      for (const load of loads) figures.push(...(await figuresOf(load, { small, large })))
      return figures
    } finally {
      await large.close()
    }
  } finally {
    await small.close()
  }
}

type Runs = Readonly<Record<'small' | 'large', FilledRun>>

/** What each run took for the rotations of a round. */
type Seconds = Readonly<Record<keyof Runs, number>>

async function figuresOf(load: Load, runs: Runs): Promise<readonly Figure[]> {
  const all: Seconds[] = []
  for (let round = 0; round <= rounds; round += 1) all.push(await roundOf(load, runs, round))
  const warm = all.slice(1)
  const rate = (run: keyof Runs): number => (turns * load.rotations) / median(warm.map(seconds => seconds[run]))
  const at = `${load.atOnce} at once`
  return [
    { name: `rotations, ${at}, ${few} endpoints`, value: rate('small'), unit: '/s' },
    { name: `rotations, ${at}, ${many} endpoints`, value: rate('large'), unit: '/s' },
    {
      name: `time of a rotation, ${at}, ${many} : ${few} endpoints`,
      value: median(warm.map(seconds => seconds.large / seconds.small)),
      unit: '×',
      most: mostGrowth,
    },
  ]
}

/** The run that comes first alternates. */
const orders = [
  ['small', 'large'],
  ['large', 'small'],
] as const

async function roundOf(load: Load, runs: Runs, round: number): Promise<Seconds> {
  const seconds = { small: 0, large: 0 }
  for (let turn = round * turns; turn < (round + 1) * turns; turn += 1) {
    for (const run of orders[turn % 2] ?? []) seconds[run] += await secondsOf(load, runs[run], turn)
  }
  return seconds
}

/** Rotates the endpoints that come after those of the turn before. */
async function secondsOf({ atOnce, rotations: count }: Load, { rotations }: FilledRun, turn: number): Promise<number> {
  const queue = Array.from({ length: count }, (_, at) => rotations[(turn * count + at) % rotations.length])
  const lane = async (): Promise<void> => {
    for (let rotation = queue.shift(); rotation !== undefined; rotation = queue.shift()) await rotation()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, lane))
  return (performance.now() - start) / 1000
}

/** A local run with so many endpoints, and requests that rotate some of them. */
interface FilledRun {
  /** One for each endpoint that is rotated. */
  readonly rotations: readonly (() => Promise<void>)[]
  close(): Promise<void>
}

const tenants = 10
const rotatedPerTenant = 20
const batchSize = 25
const lanes = 8

/** Puts the endpoints straight into the table; those that are rotated get their mirrors by one rotation each. */
async function startFilledRun(endpoints: number): Promise<FilledRun> {
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
    const authorization = `Bearer ${await newApiKey(table, tenantId)}`
    for (const { id } of made.slice(0, rotatedPerTenant))
      rotations.push(() => rotateOnce(`${local.api}/v2/webhooks/${id}/secret`, authorization))
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

async function newApiKey(table: Table, tenantId: string): Promise<string> {
  const now = (): Date => new Date()
  const scope = { tenantIds: [tenantId], permissions: [], plan: null, expiresAt: null }
  const request = { contract: featurebase, name: 'bench', ...scope }
  return (await createApiKey(dynamoApiKeyStore(table, now), { now, randomBytes }, request)).text.reveal()
}

async function rotateOnce(url: string, authorization: string): Promise<void> {
  const reply = await fetch(url, { method: 'POST', headers: { authorization } })
  const text = await reply.text()
  if (reply.status !== 200) throw new Error(`the rotation answered ${reply.status}: ${text}`)
}
