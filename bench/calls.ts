import { mirrorKeyId, ringKeyId } from '../local/aws-resources'
import { startAwsServer } from '../local/aws-server/server'
import { Closers } from '../local/closers'
import { apiKeyHash } from '../src/access/api-key'
import { buildBundles } from '../test/faults/build-bundles'
import { depthOf, type RecordedCall } from '../test/faults/proxy'
import { prepareTable, type RotateFunction, startRotateFunction } from '../test/faults/subjects/ring-changes/bed'
import { type CalledReply, textAt } from '../test/support/api-caller'
import { median } from './interleaved'
import type { Figure } from './figure'

/** How much longer each call takes than it would here, so that calls made at once are seen to overlap. */
const delayMs = 40
const rounds = 5

interface Route {
  readonly contract: 'featurebase' | 'teambattles' | 'keyturn'
  readonly path: (endpointId: string) => string
  readonly retiringKeys: number
}

const routes: readonly Route[] = [
  { contract: 'featurebase', path: id => `/v2/webhooks/${id}/secret`, retiringKeys: 0 },
  { contract: 'teambattles', path: id => `/api/v1/webhooks/${id}/rotate-secret`, retiringKeys: 1 },
  { contract: 'keyturn', path: id => `/v1/endpoints/${id}/secret/rotate`, retiringKeys: 1 },
]
const mostCalls = 10
/** Credential, endpoint, ring key, commit, mirror's version, its label, settled: each waits for the one before. */
const deepest = 7

/** The AWS calls of a rotation with a warm function, and how many of them wait for one another. */
export async function benchCalls(): Promise<readonly Figure[]> {
  const closers = new Closers()
  try {
    const { rotate, tokens } = await startBed(closers)
    const figures: Figure[] = []
    for (const route of routes) figures.push(...(await figuresOf(route, rotate, tokens)))
    return figures
  } finally {
    await closers.close()
  }
}

type Tokens = Readonly<Record<Route['contract'], string>>

async function startBed(closers: Closers): Promise<{ readonly rotate: RotateFunction; readonly tokens: Tokens }> {
  const aws = await startAwsServer({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  const [{ rotate: bundle, runtime }, [tokens]] = await Promise.all([
    buildBundles(closers, { rotate: 'lambdas/rotate.ts' }),
    prepareTable(aws.url, 1),
  ])
  if (tokens === undefined) throw new TypeError('there are no API keys')
  const rotate = await startRotateFunction({ built: { bundle, runtime }, aws: aws.url, delayMs })
  closers.add(() => rotate.close())
  return { rotate, tokens }
}

async function figuresOf(route: Route, rotate: RotateFunction, tokens: Tokens): Promise<readonly Figure[]> {
  const seen: (readonly RecordedCall[])[] = []
  for (let round = 0; round <= rounds; round += 1) seen.push(await callsOf(route, rotate, tokens))
  const warm = seen.slice(1)
  const { contract, retiringKeys } = route
  return [
    {
      name: `calls of a rotation, ${contract}`,
      value: median(warm.map(({ length }) => length)),
      unit: '',
      most: mostCalls + retiringKeys,
    },
    { name: `depth of a rotation, ${contract}`, value: median(warm.map(depthOf)), unit: '', most: deepest },
  ]
}

async function callsOf(route: Route, { api, proxy }: RotateFunction, tokens: Tokens): Promise<readonly RecordedCall[]> {
  const token = tokens[route.contract]
  const body = { url: 'https://receiver.example/bench', contract: route.contract }
  const created = expectStatus(await api.call('POST', '/v1/endpoints', { token: tokens.keyturn, body }), 201)
  const endpointId = textAt(created, 'endpoint.id')
  const { calls } = proxy.watch([endpointId, apiKeyHash(token)])
  expectStatus(await api.call('POST', route.path(endpointId), { token }), 200)
  proxy.forget()
  return calls
}

function expectStatus(reply: CalledReply, status: number): CalledReply {
  if (reply.status !== status) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text}`)
  return reply
}
