import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configFile, loadConfig } from '../config/load'
import { buildMounted, buildWorkerRuntime, endBuilder, localMounts } from '../scripts/bundle'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { checkMounts } from '../src/contracts/check-mounts'
import { gatewayRoutes } from '../src/contracts/gateway-routes'
import {
  createQueues,
  createTable,
  localAccessKeyId,
  type LocalAws,
  localAws,
  localClientOptions,
  mirrorKeyId,
  ringKeyId,
} from './aws-resources'
import { startAwsServer } from './aws-server/server'
import type { Closers } from './closers'
import { takeDataDir } from './data-dir'
import { type GatewayOptions, startGateway } from './gateway'
import { portFault } from './listen'
import { describeLocalRun, type LocalDescription, removeDescription, writeDescription } from './local-description'
import { localFunctions, type LocalFunctions } from './local-functions'
import type { StartOptions } from './options'
import { deliveryFeed, startQueueLoop } from './queue-loop'
import { seedOnce, type SeededKeys } from './seed'
import { openSessionIssuer, type SessionIssuer } from './session-issuer'
import { startSweepLoop } from './sweep-loop'
import { unsignableEndpoints } from './unsignable-endpoints'

const now = (): Date => new Date()

/**
 * Starts everything, in an order in which each part finds what it needs. `closers` stops it, also when a start fails
 * half-way.
 * @throws {OperatorError} when a port is taken, or the data folder or a file of it is unusable
 */
export async function startLocalRun(options: StartOptions, closers: Closers): Promise<LocalDescription> {
  const { port, dataDir, buildDir, fresh } = options
  closers.add(takeDataDir(dataDir, { data: fresh ? 'removed' : 'kept' }))
  removeDescription(dataDir)
  const issuer = await openSessionIssuer(join(dataDir, 'session-key.json'))
  const origins = await pageOrigins()
  const aws = await openAws({ ...options, issuer, origins }, closers)
  const functions = localFunctions({ buildDir, dataDir, aws })
  closers.add(() => functions.close())
  const api = await openApi({ port, functions, origins }, closers)
  await Promise.all([buildMounted(buildDir), buildWorkerRuntime(buildDir)])
  await endBuilder()
  const keys = await prepare(dataDir, { api, aws, functions })
  const description = await describeLocalRun({ api, aws: aws.url, accessKeyId: aws.accessKeyId, keys, issuer })
  closers.add(startSweepLoop(event => functions.invoke('sweep', event), console.error))
  closers.add(startQueueLoop({ feed: deliveryFeed(aws, closers), invoke: event => functions.invoke('deliver', event) }))
  closers.add(() => removeDescription(dataDir))
  writeDescription(dataDir, description)
  return description
}

/** Origins of the pages that may call: those of the configuration, where the folder has one. @throws {ConfigError} */
async function pageOrigins(): Promise<readonly string[]> {
  const file = configFile()
  return existsSync(file) ? ((await loadConfig(file)).corsOrigins ?? []) : []
}

interface AwsOptions extends Pick<StartOptions, 'port' | 'dataDir'> {
  readonly issuer: SessionIssuer
  readonly origins: readonly string[]
}

async function openAws({ port, dataDir, issuer, origins }: AwsOptions, closers: Closers): Promise<LocalAws> {
  const pages = { '/.well-known/jwks.json': () => issuer.jwks }
  const accessKeyId = localAccessKeyId(join(dataDir, 'access-key.json'))
  const kmsKeyIds = [ringKeyId, mirrorKeyId]
  const options = { dataDir: join(dataDir, 'aws'), port: port + 1, pages, kmsKeyIds, accessKeyId, origins }
  const server = await startAwsServer(options).catch((error: unknown) => {
    throw portFault(port + 1, error)
  })
  closers.add(() => server.close())
  return { url: server.url, accessKeyId }
}

interface ApiOptions extends Pick<GatewayOptions<string>, 'port' | 'origins'> {
  readonly functions: LocalFunctions
}

async function openApi({ port, functions, origins = [] }: ApiOptions, closers: Closers): Promise<string> {
  checkMounts(localMounts)
  const routes = gatewayRoutes(localMounts)
  const invoke = functions.invoke.bind(functions)
  const gateway = await startGateway({ port, origins, routes, invoke, now }).catch((error: unknown) => {
    throw portFault(port, error)
  })
  closers.add(() => gateway.close())
  return gateway.url
}

interface Running {
  readonly api: string
  readonly aws: LocalAws
  readonly functions: LocalFunctions
}

/**
 * Makes table and queues, loads the functions and, the first time, makes the API keys and endpoints that the run starts
 * with. Returns these keys.
 */
async function prepare(dataDir: string, { api, aws, functions }: Running): Promise<SeededKeys> {
  const { table: name } = localAws
  const contracts = localMounts.map(({ contract }) => contract)
  const clientOptions = localClientOptions(aws.url, aws.accessKeyId)
  const client = dynamoDbClient(clientOptions)
  try {
    await Promise.all([createTable({ client, name }), createQueues(clientOptions), functions.start()])
    const store = dynamoApiKeyStore({ client, name }, now)
    for (const line of await unsignableEndpoints({ client, name }, contracts)) console.error(line)
    return await seedOnce(join(dataDir, 'seed.json'), { api, store, now })
  } finally {
    client.destroy()
  }
}
