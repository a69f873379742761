import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes } from 'node:crypto'
import { handler } from '../lambdas/rotate'
import { gatewayEvent } from '../local/gateway-event'
import { newApiKey } from '../src/access/create-api-key'
import { apiKeyItem } from '../src/aws/dynamo-api-key-store'
import { endpointItem } from '../src/aws/dynamo-endpoint-store'
import { apiKeyItemKey, endpointItemKey } from '../src/aws/item-keys'
import type { Item } from '../src/aws/items'
import { type Contract, permissionsForNamedTenants } from '../src/contracts/contract'
import { featurebase } from '../src/contracts/featurebase'
import { keyturn } from '../src/contracts/keyturn'
import type { Endpoint } from '../src/rotation/endpoint'
import { median } from './interleaved'
import { sampleEndpoint } from './sample-endpoint'

// `cpu.ts` builds this file like a function and runs it in a process of its own, whose AWS clients are stubs. It prints the
// milliseconds of a rotation by contract, as JSON.

const rounds = 5
const warmUp = 3
const turns = 6
const rotations = 250
const tenantId = 'org_bench'

async function main(): Promise<void> {
  const samples = [
    sampleOf(featurebase, id => `/v2/webhooks/${id}/secret`),
    sampleOf(keyturn, id => `/v1/endpoints/${id}/secret/rotate`),
  ]
  stubAws(new Map(samples.flatMap(({ items }) => items)))
  const times: Record<string, number> = {}
  for (const { contract, event } of samples) {
    times[contract.name] = await silently(async () => millisecondsOf(() => handler(event)))
  }
  console.log(JSON.stringify(times))
}

/** One settled endpoint with its API key, and the event of its rotation. */
function sampleOf(contract: Contract, path: (id: string) => string) {
  const { plans = [] } = contract.credentials
  const permissions = permissionsForNamedTenants(contract)
  const now = new Date()
  const scope = {
    contract,
    name: 'bench',
    tenantIds: [tenantId],
    permissions,
    plan: plans.at(-1) ?? null,
    expiresAt: null,
  }
  const { stored, text } = newApiKey({ now: () => now, randomBytes }, scope)
  const endpoint = mirrored(sampleEndpoint(tenantId, contract))
  const request = {
    method: 'POST',
    path: path(endpoint.id),
    query: '',
    rawHeaders: ['authorization', `Bearer ${text.reveal()}`],
    sourceIp: '127.0.0.1',
    body: Buffer.alloc(0),
  }
  const match = { routeKey: '$default', pathParameters: {} }
  const keys = [apiKeyItemKey(stored.sha256), endpointItemKey({ tenantId, endpointId: endpoint.id })]
  const items = [apiKeyItem(stored), endpointItem(endpoint)].map(
    (item, at) => [`${keys[at]?.pk} ${keys[at]?.sk}`, item] as const,
  )
  return { contract, items, event: gatewayEvent(request, { match, requestId: 'bench', now }) }
}

/** The endpoint as it is once it has a mirror, so that the rotation takes the usual path. */
function mirrored(endpoint: Endpoint): Endpoint {
  const mirrorVersionId = `${endpoint.revision}-${'0'.repeat(32)}`
  return { ...endpoint, settling: { ...endpoint.settling, mirrorVersionId } }
}

/** By `<pk> <sk>`. */
type StubbedItems = ReadonlyMap<string, Item>

/**
 * Makes every AWS client of this process answer at once, without the network, serialisation or signing: reads find the
 * items, writes succeed and change nothing.
 */
function stubAws(items: StubbedItems): void {
  for (const { prototype } of [DynamoDBClient, EventBridgeClient, KMSClient, SecretsManagerClient]) {
    Object.defineProperty(prototype, 'send', { value: async (command: unknown) => answerTo(command, items) })
  }
}

function answerTo(command: unknown, items: StubbedItems): object {
  if (command instanceof EncryptCommand) return { CiphertextBlob: Buffer.alloc(184, 1) }
  if (command instanceof DecryptCommand) return { Plaintext: openedSecret }
  if (command instanceof PutEventsCommand) return { FailedEntryCount: 0, Entries: [] }
  if (!(command instanceof GetItemCommand)) return {}
  const { pk, sk } = command.input.Key ?? {}
  const item = items.get(`${pk?.S} ${sk?.S}`)
  return item === undefined ? {} : { Item: item }
}

const openedSecret = Buffer.from(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)

/** The median of the rounds, each of which counts as its least turn: what else the machine does can only add to a turn. */
async function millisecondsOf(rotate: Rotate): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < warmUp + rounds; round += 1) times.push(await leastOf(rotate))
  return median(times.slice(warmUp))
}

type Rotate = () => Promise<{ readonly statusCode?: number | undefined }>

async function leastOf(rotate: Rotate): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < turns; turn += 1) least = Math.min(least, await turnOf(rotate))
  return least
}

async function turnOf(rotate: Rotate): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < rotations; count += 1) {
    const { statusCode } = await rotate()
    if (statusCode !== 200) throw new Error(`the rotation answered ${statusCode}`)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / rotations
}

/** Drops the log lines, after they were written. */
async function silently<Result>(work: () => Promise<Result>): Promise<Result> {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = () => true
  return work().finally(() => {
    process.stdout.write = write
  })
}

void main()
