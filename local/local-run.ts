import { join } from 'node:path'
import { buildMounted, buildWorkerRuntime, endBuilder, localMounts } from '../scripts/bundle'
import type { ApiKeyStore } from '../src/access/api-key'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { checkMounts } from '../src/contracts/check-mounts'
import { gatewayRoutes } from '../src/contracts/gateway-routes'
import { startAwsServer } from './aws-server/server'
import type { Closers } from './closers'
import { takeDataDir } from './data-dir'
import { startGateway } from './gateway'
import { onPort } from './listen'
import { createQueues, createTable, localAws, mirrorKeyId, openFeed, ringKeyId } from './local-aws'
import { describeLocalRun, type LocalDescription, removeDescription, writeDescription } from './local-description'
import { localFunctions, type LocalFunctions } from './local-functions'
import type { StartOptions } from './options'
import { startQueueLoop } from './queue-loop'
import { readSeededKeys, seedApiKeys, type SeededKeys, seedEndpoints, writeSeededKeys } from './seed'
import { openSessionIssuer, type SessionIssuer } from './session-issuer'
import { startSweepLoop } from './sweep-loop'

const now = (): Date => new Date()

/**
 * Starts everything, in an order in which each part finds what it needs; `closers` stops it, also half-way.
 * @throws {StartError}
 */
export async function startLocalRun(options: StartOptions, closers: Closers): Promise<LocalDescription> {
  const { port, dataDir, buildDir, fresh } = options
  closers.add(takeDataDir(dataDir, { data: fresh ? 'removed' : 'kept' }))
  removeDescription(dataDir)
  const issuer = await openSessionIssuer(join(dataDir, 'session-key.json'))
  const aws = await openAws(options, issuer, closers)
  const functions = localFunctions({ buildDir, dataDir, aws })
  closers.add(() => functions.close())
  const api = await openApi(port, functions, closers)
  await Promise.all([buildMounted(buildDir), buildWorkerRuntime(buildDir)])
  await endBuilder()
  const { keys } = await prepare(options, { api, aws, functions })
  const description = await describeLocalRun({ api, aws, keys, issuer })
  closers.add(startSweepLoop(event => functions.invoke('sweep', event), console.error))
  closers.add(startQueueLoop({ feed: openFeed(aws, closers), invoke: event => functions.invoke('deliver', event) }))
  closers.add(() => removeDescription(dataDir))
  writeDescription(dataDir, description)
  return description
}

async function openAws({ port, dataDir }: StartOptions, issuer: SessionIssuer, closers: Closers): Promise<string> {
  const pages = { '/.well-known/jwks.json': () => issuer.jwks }
  const started = startAwsServer({
    dataDir: join(dataDir, 'aws'),
    port: port + 1,
    pages,
    kmsKeyIds: [ringKeyId, mirrorKeyId],
  })
  const endpoint = await onPort(port + 1, started)
  closers.add(() => endpoint.close())
  return endpoint.url
}

async function openApi(port: number, functions: LocalFunctions, closers: Closers): Promise<string> {
  checkMounts(localMounts)
  const routes = gatewayRoutes(localMounts)
  const invoke = functions.invoke.bind(functions)
  const gateway = await onPort(port, startGateway({ port, routes, invoke, now }))
  closers.add(() => gateway.close())
  return gateway.url
}

interface Running {
  readonly api: string
  readonly aws: string
  readonly functions: LocalFunctions
}

/** Makes the table, loads the functions and, the first time, fills in what the run starts with. */
async function prepare({ dataDir }: StartOptions, { api, aws, functions }: Running): Promise<{ keys: SeededKeys }> {
  const { region, accessKeyId, secretAccessKey, table: name } = localAws
  const client = dynamoDbClient({ endpoint: aws, region, credentials: { accessKeyId, secretAccessKey } })
  try {
    await Promise.all([createTable({ client, name }), createQueues(aws), functions.start()])
    const store = dynamoApiKeyStore({ client, name }, now)
    return { keys: readSeededKeys(join(dataDir, 'seed.json')) ?? (await seed(dataDir, api, store)) }
  } finally {
    client.destroy()
  }
}

/** The file is written last: a start that was cut short seeds again, and finds the endpoints that it made. */
async function seed(dataDir: string, api: string, store: ApiKeyStore): Promise<SeededKeys> {
  const [keys] = await Promise.all([seedApiKeys(store, now), seedEndpoints({ api, store, now })])
  writeSeededKeys(join(dataDir, 'seed.json'), keys)
  return keys
}
