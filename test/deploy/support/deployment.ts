import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { functionNames } from '../../../infra/function-statements'
import { startGateway } from '../../../local/gateway'
import { describeLocalRun, type LocalDescription } from '../../../local/local-description'
import type { LocalFunction } from '../../../local/local-functions'
import { buildWorkerRuntime, endBuilder } from '../../../scripts/bundle'
import { secretsManagerClient } from '../../../src/aws/clients'
import { type DeployBed, portalOrigin } from './deploy-bed'
import { type AwsAccess, deployedRoutes } from './deployed-api'
import { deployedFunction } from './deployed-function'
import { type CallRecorder, type RecordedCall, startCallRecorder } from './recorded-calls'
import type { ApiKeys } from './tenants'

/** A deployed stage, ready to be called. */
export interface Deployment extends Served {
  readonly stage: string
  readonly secrets: SecretsManagerClient
  /** Ids and credentials, in the shape of the local run's. */
  readonly local: LocalDescription
  readonly apiKeys: ApiKeys
}

interface Served {
  /** The API's URL. */
  readonly api: string
  /** What each function has called so far, by its deployed name. Nothing in a real account. */
  readonly calls: ReadonlyMap<string, readonly RecordedCall[]>
  /** Runs the sweep, or waits for that of a real account. */
  sweep(): Promise<unknown>
  /** Hands one message to `deliver` as its queue would; null in a real account, whose queue does it. */
  readonly deliver: ((body: string) => Promise<unknown>) | null
  stop(): Promise<void>
}

/** Opens what was deployed: a real account serves it itself, for the emulator its bundles run in workers here. */
export async function openDeployment(bed: DeployBed, stage: string, apiKeys: ApiKeys): Promise<Deployment> {
  const served = bed.real ? await servedByAws(bed, stage) : await serveLocally(bed, stage)
  const secrets = secretsManagerClient(bed.access)
  const { issuer, url } = bed.signIn
  const local = await describeLocalRun({ api: served.api, aws: url, accessKeyId: '', keys: apiKeys.seeded, issuer })
  return {
    ...served,
    stage,
    secrets,
    local,
    apiKeys,
    stop: async () => {
      secrets.destroy()
      await served.stop()
    },
  }
}

async function servedByAws({ project }: DeployBed, stage: string): Promise<Served> {
  const { api_url: api = '' } = await project.outputs(stage)
  return { api, calls: new Map(), sweep: () => delay(5000), deliver: null, stop: async () => {} }
}

let served = 0

/** Serves the deployed zips, in the deployed environment, by the deployed routes. */
async function serveLocally(bed: DeployBed, stage: string): Promise<Served> {
  const { region, endpoint = '', credentials = { accessKeyId: '', secretAccessKey: '' } } = bed.access
  const access = { region, endpoint, credentials }
  served += 1
  const folder = join(bed.folder, `served-${served}`)
  const { functions, recorders } = await startFunctions({
    access,
    names: functionNames.map(name => `keyturn-${stage}-${name}`),
    stackFolder: bed.project.stackFolder(stage),
    folder,
  })
  const invoke = async (name: string, event: object): Promise<unknown> => functions.get(name)?.invoke(event)
  const routes = await deployedRoutes(access, `keyturn-${stage}`)
  const cors = { origins: [portalOrigin], methods: [], headers: [] }
  const gateway = await startGateway({ port: 0, routes, invoke, cors, now: () => new Date() })
  return {
    api: gateway.url,
    calls: new Map([...recorders].map(([name, { calls }]) => [name, calls])),
    sweep: () => invoke(`keyturn-${stage}-sweep`, {}),
    deliver: body => invoke(`keyturn-${stage}-deliver`, { Records: [{ messageId: randomUUID(), body }] }),
    stop: async () => {
      await gateway.close()
      await Promise.all([...functions.values()].map(run => run.kill()))
      await Promise.all([...recorders.values()].map(recorder => recorder.stop()))
    },
  }
}

interface FunctionsOptions {
  readonly access: Required<AwsAccess>
  readonly names: readonly string[]
  readonly stackFolder: string
  /** An empty folder, for code and logs. */
  readonly folder: string
}

/** Each function, by its deployed name, and the recorder between it and AWS. */
interface StartedFunctions {
  readonly functions: ReadonlyMap<string, LocalFunction>
  readonly recorders: ReadonlyMap<string, CallRecorder>
}

async function startFunctions({ access, names, stackFolder, folder }: FunctionsOptions): Promise<StartedFunctions> {
  mkdirSync(folder, { recursive: true })
  const runtime = await buildWorkerRuntime(folder)
  await endBuilder()
  const functions = new Map<string, LocalFunction>()
  const recorders = new Map<string, CallRecorder>()
  for (const name of names) {
    const recorder = await startCallRecorder(access.endpoint)
    recorders.set(name, recorder)
    const run = await deployedFunction({ name, access, awsUrl: recorder.url, stackFolder, folder, runtime })
    functions.set(name, run)
    if (!(await run.start())) throw new Error(`${name} does not load in its deployed environment; see ${folder}`)
  }
  return { functions, recorders }
}
