import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../../../local/aws-server/server'
import type { Closers } from '../../../local/closers'
import { mirrorKeyId, ringKeyId } from '../../../local/local-aws'
import { buildMounted, buildWorkerRuntime, endBuilder } from '../../../scripts/bundle'
import { secretsManagerClient } from '../../../src/aws/clients'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { RotationDeps } from '../../../src/rotation/ports'
import { sweep } from '../../../src/rotation/sweep'
import type { Answer } from '../../support/api-caller'
import { type Places, placesOf } from './agreement'
import { directOptions, prepareTable, sweepDeps } from './aws-side'
import { faultCases, type FaultRun, recordCalls, repeatRuns, runFaults } from './fault-runs'
import { type BuiltFunction, type RotateFunction, startRotateFunction } from './rotate-function'
import { type Credentials, faultTenant, type Scenario } from './scenario'
import { sharedOut } from './shared-out'

const atOnce = 4
const everything = { limit: 1000, after: null }

/** All runs of all faults, and what they left behind. */
export interface FaultBed {
  readonly rotate: RotateFunction
  readonly deps: RotationDeps
  readonly credentials: Credentials
  readonly recorded: ReadonlyMap<Scenario, readonly string[]>
  readonly runs: readonly FaultRun[]
  /** By the key of the run, and only where there is an endpoint: after one sweep, before anything was repeated. */
  readonly swept: ReadonlyMap<string, Places>
  readonly repeats: ReadonlyMap<string, Answer>
  /** After the repeats. */
  readonly repeated: ReadonlyMap<string, Places>
  endpoints(): Promise<readonly Endpoint[]>
}

/** Runs each scenario once for every call that it makes and every fault. */
export async function runFaultBed(scenarios: readonly Scenario[], closers: Closers): Promise<FaultBed> {
  const aws = await startAwsServer({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  const [built, keys] = await Promise.all([build(closers), prepareTable(aws.url, atOnce)])
  const [credentials] = keys
  if (credentials === undefined) throw new TypeError('there are no credentials')
  const deps = sweepDeps(aws.url)
  const secrets = secretsManagerClient(directOptions(aws.url))
  closers.add(() => secrets.destroy())
  const rotate = await startRotateFunction({ built, aws: aws.url })
  closers.add(() => rotate.close())
  const endpoints = async (): Promise<readonly Endpoint[]> => (await deps.store.list(faultTenant, everything)).items
  const recorded = await recordCalls(rotate, credentials, scenarios)
  const runs = await runFaults(rotate, keys, faultCases(recorded))
  await sweep({ ...deps, sleep: () => Promise.resolve() }, addSeconds(new Date(), 60))
  const places = async () => placesByKey({ deps, secrets, runs }, await endpoints())
  const swept = await places()
  const repeats = await repeatRuns(runs)
  return { rotate, deps, credentials, recorded, runs, swept, repeats, repeated: await places(), endpoints }
}

async function build(closers: Closers): Promise<BuiltFunction> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-wire-'))
  closers.add(() => rmSync(folder, { recursive: true }))
  const [[bundle], runtime] = await Promise.all([
    buildMounted(folder, { rotate: 'lambdas/rotate.ts' }),
    buildWorkerRuntime(folder),
  ])
  await endBuilder()
  return { runtime, bundle: bundle?.file ?? '' }
}

interface Looking {
  readonly deps: RotationDeps
  readonly secrets: SecretsManagerClient
  readonly runs: readonly FaultRun[]
}

async function placesByKey(
  { deps, secrets, runs }: Looking,
  endpoints: readonly Endpoint[],
): Promise<ReadonlyMap<string, Places>> {
  const read = async (endpoint: Endpoint): Promise<readonly [string, Places]> => [
    runs.find(({ request }) => request.endpointId === endpoint.id)?.key ?? '',
    await placesOf(deps, secrets, endpoint),
  ]
  return new Map(await sharedOut(endpoints, [read, read, read, read]))
}
