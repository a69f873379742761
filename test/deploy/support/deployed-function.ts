import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LocalFunction } from '../../../local/local-functions'
import type { AwsAccess } from './deployed-api'
import { storedFiles } from './stored-files'

export interface DeployedFunctionOptions {
  readonly name: string
  /** Where the function is deployed. */
  readonly access: Required<AwsAccess>
  /** The AWS that the function calls. */
  readonly awsUrl: string
  /** The folder of the stack that was deployed; it has the zips. */
  readonly stackFolder: string
  /** The folder for its code and its log. */
  readonly folder: string
  /** The worker's file that `buildWorkerRuntime` built. */
  readonly runtime: string
}

/** The function as Lambda would run it: the zip that AWS has the hash of, in the environment that AWS has. */
export async function deployedFunction(options: DeployedFunctionOptions): Promise<LocalFunction> {
  const { name, folder, runtime } = options
  const { Environment, CodeSha256 = '', Timeout = 0 } = await configurationOf(options)
  const code = join(folder, name)
  for (const [name, content] of storedFiles(deployedZip(options, CodeSha256))) {
    const file = join(code, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return new LocalFunction({
    runtime,
    bundle: join(code, 'index.js'),
    environment: { ...Environment?.Variables, ...setByLambda(options) },
    log: createWriteStream(join(folder, `${name}.ndjson`)),
    timeoutSeconds: Timeout,
  })
}

async function configurationOf({ access, name }: DeployedFunctionOptions) {
  const client = new LambdaClient(access)
  const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
  client.destroy()
  return found
}

/** @throws {Error} when no zip of the stack is what AWS has */
function deployedZip({ name, stackFolder }: DeployedFunctionOptions, codeSha256: string): Buffer {
  const files = readdirSync(stackFolder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.zip'))
  const zips = files.map(file => readFileSync(join(stackFolder, file)))
  const zip = zips.find(each => createHash('sha256').update(each).digest('base64') === codeSha256)
  if (zip === undefined) throw new Error(`the code of ${name} is not what the stack has`)
  return zip
}

/** What Lambda adds to a function's own variables, as far as the bundles look at it. */
function setByLambda({ name, access, awsUrl }: DeployedFunctionOptions): Record<string, string> {
  return {
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}
