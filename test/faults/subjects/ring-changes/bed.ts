import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { readEnvironment, sweepVariables } from '../../../../lambdas/environment'
import { rotationDeps } from '../../../../lambdas/wiring'
import {
  createQueues,
  createTable,
  localAws,
  localClientOptions,
  mirrorKeyId,
  ringKeyId,
} from '../../../../local/aws-resources'
import { startAwsServer } from '../../../../local/aws-server/server'
import type { Closers } from '../../../../local/closers'
import { functionEnvironment } from '../../../../local/function-environment'
import { startGateway } from '../../../../local/gateway'
import { LocalFunction } from '../../../../local/local-functions'
import { localMounts } from '../../../../scripts/bundle'
import { createApiKey } from '../../../../src/access/create-api-key'
import { dynamoDbClient, secretsManagerClient } from '../../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../../src/aws/dynamo-api-key-store'
import { type Contract, permissionsForNamedTenants } from '../../../../src/contracts/contract'
import { featurebase } from '../../../../src/contracts/featurebase'
import { gatewayRoutes } from '../../../../src/contracts/gateway-routes'
import { keyturn } from '../../../../src/contracts/keyturn'
import { teambattles } from '../../../../src/contracts/teambattles'
import { addSeconds } from '../../../../src/core/instant'
import { settleGraceSeconds } from '../../../../src/rotation/change'
import type { RotationDeps } from '../../../../src/rotation/ports'
import { apiCaller, type ApiCaller } from '../../../support/api-caller'
import { buildBundles, type BuiltFunction } from '../../build-bundles'
import { type FaultProxy, startFaultProxy } from '../../proxy'

/** The function that changes rings, with a proxy between it and AWS; and what looks at the outcome past the proxy. */
export interface RingBed {
  readonly rotate: RotateFunction
  /** Behind the same proxy. */
  readonly sweepFunction: SweepFunction
  /** What a deployed sweep reaches AWS with. */
  readonly sweep: RotationDeps
  readonly secrets: SecretsManagerClient
  /** Everything that the bus has got. */
  readonly events: () => Promise<readonly SentEvent[]>
  /** So many requests can be struck at a time. */
  readonly credentials: readonly [Credentials, ...Credentials[]]
}

/** What an event on the bus says of itself. */
export interface SentEvent {
  readonly type: string
  readonly id: string
  readonly endpointId: string
  readonly version: number
}

const setsOfCredentials = 4

/** Takes over this process's AWS variables. */
export async function startRingBed(closers: Closers): Promise<RingBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-faults-'))
  closers.add(() => rm(dataDir, { recursive: true }))
  const aws = await startAwsServer({ dataDir, port: 0, kmsKeyIds: [ringKeyId, mirrorKeyId] })
  closers.add(() => aws.close())
  const [{ rotate: bundle, sweep: sweepBundle, runtime }, [first, ...others]] = await Promise.all([
    buildBundles(closers, { rotate: 'lambdas/rotate.ts', sweep: 'lambdas/sweep.ts' }),
    prepareTable(aws.url, setsOfCredentials),
  ])
  if (first === undefined) throw new TypeError('there are no credentials')
  const sweep = sweepDeps(aws.url)
  const secrets = secretsManagerClient(localClientOptions(aws.url))
  closers.add(() => secrets.destroy())
  const rotate = await startRotateFunction({ built: { bundle, runtime }, aws: aws.url })
  closers.add(() => rotate.close())
  const sweepFunction = startSweepFunction({ bundle: sweepBundle, runtime }, rotate.proxy.url)
  closers.add(() => sweepFunction.kill())
  const events = () => sentEvents(join(dataDir, 'events.ndjson'))
  return { rotate, sweepFunction, sweep, secrets, events, credentials: [first, ...others] }
}

/** The events that the embedded bus has kept in its file. */
export async function sentEvents(file: string): Promise<readonly SentEvent[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '')
  return lines.map(line => {
    // Keyturn's own events are all that the bus gets.
    const { detail, 'detail-type': type } = JSON.parse(line) as {
      detail: Omit<SentEvent, 'type'>
      'detail-type': string
    }
    return { ...detail, type }
  })
}

/** Whose endpoints are struck. */
export const tenantId = 'user:faults'

/** An API key of each contract that is called. */
export interface Credentials {
  readonly keyturn: string
  readonly teambattles: string
  readonly featurebase: string
}

/** The last use that is written down of the API keys: nothing notes another one, so a repeat makes the same calls. */
const farAhead = new Date('2100-01-01T00:00:00.000Z')

/** Makes the table, and so many sets of API keys. */
export async function prepareTable(aws: string, sets: number): Promise<readonly Credentials[]> {
  const table = { client: dynamoDbClient(localClientOptions(aws)), name: localAws.table }
  await Promise.all([createTable(table), createQueues(localClientOptions(aws))])
  const now = (): Date => new Date()
  const store = dynamoApiKeyStore(table, now)
  const keyOf = async (contract: Contract): Promise<string> => {
    const { plans = [] } = contract.credentials
    const permissions = permissionsForNamedTenants(contract)
    const scope = { tenantIds: [tenantId], permissions, plan: plans.at(-1) ?? null, expiresAt: null }
    const made = await createApiKey(store, { now, randomBytes }, { contract, name: 'faults', ...scope })
    await store.noteUse(made.stored.sha256, farAhead, new AbortController().signal)
    return made.text.reveal()
  }
  const made = Array.from({ length: sets }, async () => ({
    keyturn: await keyOf(keyturn),
    teambattles: await keyOf(teambattles),
    featurebase: await keyOf(featurebase),
  }))
  return Promise.all(made).finally(() => table.client.destroy())
}

/** The sweep's clock is ahead, so that it need not wait until the requests that failed have had their time. */
function sweepDeps(aws: string): RotationDeps {
  Object.assign(process.env, functionEnvironment({ name: 'sweep', bundle: __filename, aws }))
  const table = { client: dynamoDbClient(), name: localAws.table }
  return {
    ...rotationDeps(readEnvironment(sweepVariables, process.env), table),
    now: () => addSeconds(new Date(), settleGraceSeconds + 1),
    log: { info: () => undefined, error: () => undefined },
  }
}

/** The real bundle of `rotate` in a worker, behind HTTP, with a proxy between it and AWS. */
export interface RotateFunction {
  readonly api: ApiCaller
  readonly proxy: FaultProxy
  /** Everything that the function printed. */
  printed(): string
  /** Ends the worker as a crash would; the next request starts another. */
  readonly kill: () => Promise<void>
  close(): Promise<void>
}

export interface RotateFunctionOptions {
  readonly built: BuiltFunction
  /** The URL of AWS. */
  readonly aws: string
  /** What each call to AWS takes longer. */
  readonly delayMs?: number
}

const timeoutSeconds = 29

export async function startRotateFunction({ built, aws, delayMs = 0 }: RotateFunctionOptions): Promise<RotateFunction> {
  const proxy = await startFaultProxy({ target: aws, delayMs })
  const environment = functionEnvironment({ name: 'rotate', bundle: built.bundle, aws: proxy.url })
  const chunks: Buffer[] = []
  const log = new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) })
  const run = new LocalFunction({ ...built, environment, log, timeoutSeconds })
  const gateway = await startGateway({
    port: 0,
    routes: gatewayRoutes(localMounts),
    invoke: (_, event) => run.invoke(event),
    now: () => new Date(),
  })
  const printed = (): string => Buffer.concat(chunks).toString('utf8')
  if (!(await run.start())) throw new Error(`the function does not load: ${printed()}`)
  return {
    api: apiCaller(gateway.url),
    proxy,
    printed,
    kill: () => run.kill(),
    close: async () => {
      await gateway.close()
      await run.kill()
      await proxy.close()
    },
  }
}

/** The real bundle of `sweep` in a worker. */
export interface SweepFunction {
  /** @throws {InvocationError} when the worker is killed meanwhile */
  readonly run: () => Promise<unknown>
  /** Ends the worker as a crash would; the next run starts another. */
  readonly kill: () => Promise<void>
}

/** `aws`: the URL of AWS, or of a proxy before it. */
export function startSweepFunction(built: BuiltFunction, aws: string): SweepFunction {
  const environment = functionEnvironment({ name: 'sweep', bundle: built.bundle, aws })
  const log = new Writable({ write: (_chunk, _encoding, done) => done() })
  const run = new LocalFunction({ ...built, environment, log, timeoutSeconds })
  return { run: () => run.invoke({}), kill: () => run.kill() }
}
