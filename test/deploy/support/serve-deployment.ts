import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { functionNames } from '../../../infra/control-plane-function'
import { startGateway } from '../../../local/gateway'
import { LocalFunction } from '../../../local/local-functions'
import { buildWorkerRuntime, endBuilder } from '../../../scripts/bundle'
import { type CallRecorder, type RecordedCall, startCallRecorder } from './call-recorder'
import { type AwsAccess, deployedFunction, type DeployedFunction, deployedRoutes } from './deployed-api'
import { storedFiles } from './stored-files'

export interface Served {
  readonly api: string
  /** What each function called, by its deployed name. */
  readonly calls: ReadonlyMap<string, readonly RecordedCall[]>
  /** Runs the sweep as its schedule would. */
  sweep(): Promise<unknown>
  /** Hands one message to `deliver` as its queue would. */
  deliver(body: string): Promise<unknown>
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly access: Required<AwsAccess>
  readonly stage: string
  /** Of the stack that was deployed; it has the zips. */
  readonly stackFolder: string
  /** An empty folder, for code and logs. */
  readonly folder: string
}

/** Serves what is deployed: the zips that AWS has the hash of, in the deployed environment, by the deployed routes. */
export async function serveDeployment(options: ServeOptions): Promise<Served> {
  const { access, stage, folder } = options
  mkdirSync(folder, { recursive: true })
  const runtime = await buildWorkerRuntime(folder)
  await endBuilder()
  const deployed = await Promise.all(functionNames.map(name => deployedFunction(access, `keyturn-${stage}-${name}`)))
  const recorders = new Map<string, CallRecorder>()
  for (const { name } of deployed) recorders.set(name, await startCallRecorder(access.endpoint))
  const functions = new Map(
    deployed.map(each => {
      const endpoint = recorders.get(each.name)?.url ?? ''
      return [each.name, localFunction(each, runtime, { ...options, access: { ...access, endpoint } })]
    }),
  )
  for (const [name, run] of functions) {
    if (!(await run.start())) throw new Error(`${name} does not load in its deployed environment; see ${folder}`)
  }
  const invoke = async (name: string, event: object): Promise<unknown> => functions.get(name)?.invoke(event)
  const routes = await deployedRoutes(access, `keyturn-${stage}`)
  const gateway = await startGateway({ port: 0, routes, invoke, now: () => new Date() })
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

function localFunction(deployed: DeployedFunction, runtime: string, options: ServeOptions): LocalFunction {
  const code = join(options.folder, deployed.name)
  mkdirSync(code, { recursive: true })
  for (const [file, content] of storedFiles(deployedZip(deployed, options.stackFolder))) {
    writeFileSync(join(code, file), content)
  }
  const log = createWriteStream(join(options.folder, `${deployed.name}.ndjson`))
  const environment = { ...deployed.environment, ...setByLambda(deployed.name, options.access) }
  const { timeoutSeconds } = deployed
  return new LocalFunction({ runtime, bundle: join(code, 'index.js'), environment, log, timeoutSeconds })
}

/** @throws {Error} when no zip of the stack is what AWS has */
function deployedZip({ name, codeSha256 }: DeployedFunction, stackFolder: string): Buffer {
  const files = readdirSync(stackFolder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.zip'))
  const zips = files.map(file => readFileSync(join(stackFolder, file)))
  const zip = zips.find(each => createHash('sha256').update(each).digest('base64') === codeSha256)
  if (zip === undefined) throw new Error(`the code of ${name} is not what the stack has`)
  return zip
}

/** What Lambda adds to a function's own variables, as far as the bundles look at it. */
function setByLambda(name: string, { region, endpoint, credentials }: Required<AwsAccess>): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}
