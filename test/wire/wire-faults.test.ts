import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { secretsManagerClient } from '../../src/aws/clients'
import type { Endpoint } from '../../src/endpoints/endpoint'
import { startAwsEndpoint } from '../../src/local/aws-endpoint/endpoint'
import { buildFunctions, buildWorkerRuntime, endBuilder } from '../../src/local/build'
import { Closers } from '../../src/local/closers'
import { mirrorKeyId, ringKeyId } from '../../src/local/local-aws'
import { sweep } from '../../src/mirror/sweep'
import type { RotationDeps } from '../../src/rotation/deps'
import { addSeconds } from '../../src/rotation/instant'
import { textAt } from '../support/api-caller'
import type { Answer } from '../support/api-caller'
import { findCanaries } from '../support/canary/find-canaries'
import { placesOf, type Places } from '../support/wire-faults/agreement'
import { directOptions, prepareTable, sweepDeps } from '../support/wire-faults/aws-side'
import { faultCases, recordCalls, repeatRuns, runFaults } from '../support/wire-faults/fault-runs'
import type { FaultRun } from '../support/wire-faults/fault-runs'
import { startRotateFunction } from '../support/wire-faults/rotate-function'
import type { BuiltFunction, RotateFunction } from '../support/wire-faults/rotate-function'
import { faultTenant, scenarios } from '../support/wire-faults/scenario'
import type { Credentials, Scenario } from '../support/wire-faults/scenario'
import { sharedOut } from '../support/wire-faults/shared-out'

// Each call of a change to AWS is lost, or answered in vain, once; with the real bundle and the real SDK.

const closers = new Closers()
const atOnce = 4
const everything = { limit: 1000, after: null }
let rotate: RotateFunction
let credentials: readonly Credentials[]
let deps: RotationDeps
let secrets: SecretsManagerClient
let recorded: ReadonlyMap<Scenario, readonly string[]>
let runs: readonly FaultRun[]
/** By the key of the run, and only where there is an endpoint: after one sweep, before anything was repeated. */
let swept: ReadonlyMap<string, Places>
let repeats: ReadonlyMap<string, Answer>
/** After the repeats. */
let repeated: ReadonlyMap<string, Places>

async function build(): Promise<BuiltFunction> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-wire-'))
  closers.add(() => rmSync(folder, { recursive: true }))
  const [[bundle], runtime] = await Promise.all([
    buildFunctions(folder, { rotate: 'lambdas/rotate.ts' }),
    buildWorkerRuntime(folder),
  ])
  await endBuilder()
  return { runtime, bundle: bundle?.file ?? '' }
}

async function placesByKey(): Promise<ReadonlyMap<string, Places>> {
  const { items } = await deps.store.list(faultTenant, everything)
  const read = async (endpoint: Endpoint): Promise<readonly [string, Places]> => [
    runs.find(({ request }) => request.endpointId === endpoint.id)?.key ?? '',
    await placesOf(deps, secrets, endpoint),
  ]
  return new Map(await sharedOut(items, [read, read, read, read]))
}

function firstCredentials(): Credentials {
  const [first] = credentials
  if (first === undefined) throw new TypeError('there are no credentials')
  return first
}

async function ownEndpoint(): Promise<{ readonly endpointId: string; readonly token: string }> {
  const token = firstCredentials().keyturn
  const body = { url: 'https://receiver.example/faults' }
  const created = await rotate.api.call('POST', '/v1/endpoints', { token, body })
  return { endpointId: textAt(created, 'endpoint.id'), token }
}

const nothing = (): Promise<void> => Promise.resolve()

beforeAll(async () => {
  const aws = await startAwsEndpoint({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  const [built, keys] = await Promise.all([build(), prepareTable(aws.url, atOnce)])
  credentials = keys
  deps = sweepDeps(aws.url)
  secrets = secretsManagerClient(directOptions(aws.url))
  closers.add(() => secrets.destroy())
  rotate = await startRotateFunction({ built, aws: aws.url })
  closers.add(() => rotate.close())
  recorded = await recordCalls(rotate, firstCredentials())
  runs = await runFaults(rotate, credentials, faultCases(recorded))
  await sweep({ ...deps, sleep: () => Promise.resolve() }, addSeconds(new Date(), 60))
  swept = await placesByKey()
  repeats = await repeatRuns(runs)
  repeated = await placesByKey()
}, 60_000)

afterAll(() => closers.close())

describe.each(scenarios)('$name', scenario => {
  const own = (): readonly FaultRun[] => runs.filter(run => run.scenario === scenario)
  const changed = (key: string): boolean => swept.get(key)?.changes.length === scenario.changes

  it('goes wrong once at every call that was recorded, in every way', () => {
    const calls = recorded.get(scenario) ?? []
    expect(calls.length).toBeGreaterThanOrEqual(8)
    expect(own().filter(({ struck }) => !struck)).toEqual([])
    expect(own()).toHaveLength(calls.length * 3)
  })

  it('succeeds although a reply from AWS was lost, and knows its own change', () => {
    const lost = own().filter(({ kind }) => kind === 'its reply lost')
    const outcome = ({ reply }: FaultRun): unknown => [reply.status, reply.headers.get('idempotency-replayed')]
    expect(lost.map(run => [run.at, outcome(run)])).toEqual(lost.map(({ at }) => [at, [scenario.status, null]]))
  })

  it('is wholly done or not begun when the worker was killed', () => {
    const killed = own().filter(({ kind }) => kind !== 'its reply lost')
    expect(new Set(killed.map(({ reply }) => reply.status))).toEqual(new Set([502]))
    expect(new Set(killed.map(({ key }) => changed(key)))).toEqual(new Set([false, true]))
  })

  it('leaves what one sweep brings into agreement', () => {
    for (const { key } of own()) expectAgreement(key, swept.get(key))
  })

  it('shows the same when it is repeated with the same Idempotency-Key, or happens then', () => {
    for (const { key, reply } of own()) {
      const [repeat, places] = [repeats.get(key), repeated.get(key)]
      if (repeat === undefined || places === undefined) throw new TypeError(`${key} was not repeated`)
      expect([key, repeat.status, scenario.shown(repeat)]).toEqual([key, scenario.status, places.shown])
      if (reply.status === scenario.status) expect([key, scenario.shown(reply)]).toEqual([key, places.shown])
      if (changed(key)) expect([key, places]).toEqual([key, swept.get(key)])
      expect([key, places.changes.length]).toEqual([key, scenario.changes])
      expectAgreement(key, places)
    }
  })
})

describe('a rotation while a service is out of reach', () => {
  const ownSecret = `whsec_${randomBytes(32).toString('base64')}`

  it.each([
    ['KMS', 'Encrypt', 500],
    ['the table', 'UpdateItem', 503],
  ])('fails without %s, and neither the reply nor the log shows the secret', async (_, operation, status) => {
    const { endpointId, token } = await ownEndpoint()
    const fault = { hits: (name: string) => name.startsWith(operation), when: 'before', strike: nothing } as const
    const watch = rotate.proxy.watch([endpointId], { fault })
    const path = `/v1/endpoints/${endpointId}/secret/rotate`
    const reply = await rotate.api.call('POST', path, { token, body: { secret: ownSecret } })
    rotate.proxy.forget()
    expect([watch.struck, reply.status]).toEqual([true, status])
    expect(reply.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
    expect(
      findCanaries([{ name: 'reply', bytes: Buffer.from(reply.text) }], [{ name: 'own', text: ownSecret }]),
    ).toEqual([])
  })

  it('left nothing in the log that could sign, and lines that say what failed', () => {
    const shown = [...repeats.values()].flatMap(({ text }) =>
      [...text.matchAll(/whsec_[^"]{20,}/g)].map(([secret]) => secret),
    )
    const canaries = [ownSecret, ...shown].map((text, at) => ({ name: `secret ${at}`, text }))
    expect(canaries.length).toBeGreaterThan(80)
    const printed = rotate.printed()
    expect(findCanaries([{ name: 'log', bytes: Buffer.from(printed) }], canaries)).toEqual([])
    expect(printed).toContain('"level":"error"')
    const control = Buffer.from(`${printed}${ownSecret}`)
    expect(findCanaries([{ name: 'log', bytes: control }], canaries)).not.toEqual([])
  })
})

it('made one endpoint a run, however often it was repeated', async () => {
  const { items } = await deps.store.list(faultTenant, everything)
  expect(items).toHaveLength(runs.length + scenarios.length + 2)
})

/** An endpoint that was never made has nothing that could disagree. */
function expectAgreement(key: string, places: Places | undefined): void {
  if (places === undefined) return
  const { ring, mirror, changes, audit, settled } = places
  expect([key, mirror]).toEqual([key, ring])
  expect([key, audit]).toEqual([key, changes])
  expect([key, settled]).toEqual([key, true])
}
