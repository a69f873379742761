import { localAws, localClientOptions, mirrorKeyId, ringKeyId } from '../local/aws-resources'
import { startAwsServer } from '../local/aws-server/server'
import { Closers } from '../local/closers'
import { apiKeyHash } from '../src/access/api-key'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import type { EndpointStore } from '../src/rotation/ports'
import { buildBundles } from '../test/faults/build-bundles'
import { depthOf, type RecordedCall } from '../test/faults/proxy'
import {
  type Credentials,
  prepareTable,
  type RotateFunction,
  startRotateFunction,
  startSweepFunction,
  type SweepFunction,
} from '../test/faults/subjects/ring-changes/bed'
import {
  makeReadableLongAgo,
  published as publishedEndpoint,
  type PublishedEndpoint,
} from '../test/faults/subjects/ring-changes/changes'
import { type CalledReply, textAt } from '../test/support/api-caller'
import { median } from './interleaved'
import type { Figure } from './figure'

/** How much longer each call takes than it would here, so that calls made at once are seen to overlap. */
const delayMs = 40
const rounds = 5

interface Bed {
  readonly rotate: RotateFunction
  readonly sweep: SweepFunction
  readonly store: EndpointStore
  readonly tokens: Credentials
}

/** A change of a ring, made on an endpoint of its own each time. */
interface MeasuredChange {
  readonly name: string
  /** Calls at the most. */
  readonly most: number
  /** Whose API key the request comes with. */
  readonly caller: keyof Credentials
  readonly prepare: (bed: Bed) => Promise<PreparedChange>
}

interface PreparedChange {
  readonly endpointId: string
  readonly send: () => Promise<unknown>
}

/** Credential, endpoint, ring key, commit, mirror's version, its label, settled: each waits for the one before. */
const deepest = 7
/** These, an audit record, an event, and the key that signs already, opened for the mirror. */
const mostCalls = 10

const paths = {
  featurebase: (id: string) => `/v2/webhooks/${id}/secret`,
  teambattles: (id: string) => `/api/v1/webhooks/${id}/rotate-secret`,
  keyturn: (id: string) => `/v1/endpoints/${id}/secret/rotate`,
} as const

const changes: readonly MeasuredChange[] = [
  rotation('featurebase', 0),
  rotation('teambattles', 1),
  rotation('keyturn', 1),
  step('a rotation that publishes', mostCalls + 1, async bed => {
    const endpointId = await newEndpoint(bed, 'keyturn')
    return { endpointId, name: 'rotate', body: { signing: 'published' } }
  }),
  step('a promotion on request', mostCalls + 1, async bed => {
    const { endpointId, keyId } = await published(bed, 'manual')
    await makeReadableLongAgo(bed.store, endpointId)
    return { endpointId, name: 'promote', body: { keyId } }
  }),
  {
    name: 'a promotion by the sweep',
    most: mostCalls,
    caller: 'keyturn',
    prepare: async bed => {
      const { endpointId } = await published(bed, 'published')
      await makeReadableLongAgo(bed.store, endpointId)
      return { endpointId, send: bed.sweep.run }
    },
  },
  step('an abandon', mostCalls, async bed => {
    const { endpointId, keyId } = await published(bed, 'manual')
    return { endpointId, name: 'abandon', body: { keyId } }
  }),
  step('a roll-back', mostCalls, async bed => {
    const { endpointId, keyId } = await published(bed, 'manual')
    await call(bed, { endpointId, name: 'promote', body: { keyId, force: true } })
    return { endpointId, name: 'roll-back', body: {} }
  }),
]

/** The AWS calls of each change with a warm function, and how many of them wait for one another. */
export async function benchCalls(): Promise<readonly Figure[]> {
  const closers = new Closers()
  try {
    const bed = await startBed(closers)
    const figures: Figure[] = []
    for (const change of changes) figures.push(...(await figuresOf(change, bed)))
    return figures
  } finally {
    await closers.close()
  }
}

async function startBed(closers: Closers): Promise<Bed> {
  const aws = await startAwsServer({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  const [{ rotate: bundle, sweep: sweepBundle, runtime }, [tokens]] = await Promise.all([
    buildBundles(closers, { rotate: 'lambdas/rotate.ts', sweep: 'lambdas/sweep.ts' }),
    prepareTable(aws.url, 1),
  ])
  if (tokens === undefined) throw new TypeError('there are no API keys')
  const rotate = await startRotateFunction({ built: { bundle, runtime }, aws: aws.url, delayMs })
  closers.add(() => rotate.close())
  const sweep = startSweepFunction({ bundle: sweepBundle, runtime }, rotate.proxy.url)
  closers.add(() => sweep.kill())
  const client = dynamoDbClient(localClientOptions(aws.url))
  closers.add(() => client.destroy())
  return { rotate, sweep, store: dynamoEndpointStore({ client, name: localAws.table }), tokens }
}

async function figuresOf(change: MeasuredChange, bed: Bed): Promise<readonly Figure[]> {
  const seen: (readonly RecordedCall[])[] = []
  for (let round = 0; round <= rounds; round += 1) seen.push(await callsOf(change, bed))
  const warm = seen.slice(1)
  const { name, most } = change
  return [
    { name: `calls of ${name}`, value: median(warm.map(({ length }) => length)), unit: '', most },
    { name: `depth of ${name}`, value: median(warm.map(depthOf)), unit: '', most: deepest },
  ]
}

async function callsOf(change: MeasuredChange, bed: Bed): Promise<readonly RecordedCall[]> {
  const { proxy } = bed.rotate
  const { endpointId, send } = await change.prepare(bed)
  const { calls } = proxy.watch([endpointId, apiKeyHash(bed.tokens[change.caller])])
  await send()
  proxy.forget()
  return calls
}

function rotation(contract: keyof Credentials, retiringKeys: number): MeasuredChange {
  return {
    name: `a rotation, ${contract}`,
    most: mostCalls + retiringKeys,
    caller: contract,
    prepare: async bed => {
      const endpointId = await newEndpoint(bed, contract)
      const token = bed.tokens[contract]
      const send = async () =>
        expectStatus(await bed.rotate.api.call('POST', paths[contract](endpointId), { token }), 200)
      return { endpointId, send }
    },
  }
}

interface Step {
  readonly endpointId: string
  readonly name: 'rotate' | 'promote' | 'abandon' | 'roll-back'
  readonly body: object
}

/** A change that the own API makes. */
function step(name: string, most: number, prepare: (bed: Bed) => Promise<Step>): MeasuredChange {
  return {
    name,
    most,
    caller: 'keyturn',
    prepare: async bed => {
      const taken = await prepare(bed)
      return { endpointId: taken.endpointId, send: () => call(bed, taken) }
    },
  }
}

async function call({ rotate, tokens }: Bed, { endpointId, name, body }: Step): Promise<CalledReply> {
  const path = `/v1/endpoints/${endpointId}/secret/${name}`
  return expectStatus(await rotate.api.call('POST', path, { token: tokens.keyturn, body }), 200)
}

function published({ rotate: { api }, tokens }: Bed, signing: 'published' | 'manual'): Promise<PublishedEndpoint> {
  return publishedEndpoint({ api, credentials: tokens }, signing)
}

async function newEndpoint({ rotate: { api }, tokens }: Bed, contract: keyof Credentials): Promise<string> {
  const body = { url: 'https://receiver.example/bench', contract }
  const created = expectStatus(await api.call('POST', '/v1/endpoints', { token: tokens.keyturn, body }), 201)
  return textAt(created, 'endpoint.id')
}

function expectStatus(reply: CalledReply, status: number): CalledReply {
  if (reply.status !== status) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text}`)
  return reply
}
