import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { secretsManagerClient } from '../../../src/aws/clients'
import type { Endpoint } from '../../../src/endpoints/endpoint'
import { startAwsEndpoint } from '../../../src/local/aws-endpoint/endpoint'
import { buildWorkerRuntime, endBuilder } from '../../../src/local/build'
import { buildMounted } from '../../../src/local/build-mounted'
import type { Closers } from '../../../src/local/closers'
import { mirrorKeyId, ringKeyId } from '../../../src/local/local-aws'
import { sweep } from '../../../src/mirror/sweep'
import type { RotationDeps } from '../../../src/rotation/deps'
import { addSeconds } from '../../../src/rotation/instant'
import type { Answer } from '../api-caller'
import { placesOf, type Places } from './agreement'
import { directOptions, prepareTable, sweepDeps } from './aws-side'
import { faultCases, recordCalls, repeatRuns, runFaults, type FaultRun } from './fault-runs'
import { startRotateFunction, type BuiltFunction, type RotateFunction } from './rotate-function'
import { faultTenant, type Credentials, type Scenario } from './scenario'
import { sharedOut } from './shared-out'

const atOnce = 4
const everything = { limit: 1000, after: null }

/** All runs of all faults, and what they left behind. */
export interface FaultStage {
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
export async function runFaultStage(scenarios: readonly Scenario[], closers: Closers): Promise<FaultStage> {
  const aws = await startAwsEndpoint({ dataDir: null, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
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
