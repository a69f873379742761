import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { configFile, type FollowedConfig, loadFollowedConfig } from '../config/load'
import { ConfigError } from '../config/schema'
import {
  buildMounted,
  buildWorkerRuntime,
  consumerFunctionSources,
  endBuilder,
  functionSources,
} from '../scripts/bundle'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { checkMounts } from '../src/contracts/check-mounts'
import { corsOf } from '../src/contracts/cors'
import { descriptionPath, gatewayRoutes } from '../src/contracts/gateway-routes'
import { type Mount, ownBasePath } from '../src/contracts/routes'
import { apiPages } from './api-page'
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
import { type GatewayOptions, type Page, startGateway } from './gateway'
import { portFault, urlAt } from './listen'
import { describeLocalRun, type LocalDescription, removeDescription, writeDescription } from './local-description'
import { openFunctionLog } from './function-worker'
import { localSessions } from './function-environment'
import { localFunctions, logFolder, type LocalFunctions } from './local-functions'
import { type LocalHooks, localHooks, type Reached } from './local-hooks'
import { mountsBeside, ownMountsOf, seedsOf } from './local-mounts'
import type { StartOptions } from './options'
import { type AnsweredRequest, requestLine } from './request-line'
import { deliveryFeed, startQueueLoop } from './queue-loop'
import { writeOwnContracts } from './own-contracts'
import { seedOnce, type SeededKeys } from './seed'
import { followed, portalLinks, withOwnSessions } from './portal-links'
import { parentPages } from './portal-parent'
import type { SeedContract } from './seed-plan'
import { openSessionIssuer, type SessionIssuer } from './session-issuer'
import { startSweepLoop } from './sweep-loop'
import { unsignableEndpoints } from './unsignable-endpoints'

const now = (): Date => new Date()

/**
 * Starts everything, in an order in which each part finds what it needs. `closers` stops it, also when a start fails
 * half-way.
 * @throws {OperatorError} when a port is taken, or the data folder or a file of it is unusable
 */
export async function startLocalRun(options: StartOptions, closers: Closers): Promise<StartedRun> {
  const { port, dataDir, buildDir, fresh, quiet } = options
  const configured = await followedConfig(options.config)
  const { settings } = configured
  const mounts = mountsBeside(configured.mounts)
  const own = ownMountsOf(mounts)
  checkTogether(mounts)
  const seeds = seedsOf(mounts)
  closers.add(takeDataDir(dataDir, { data: fresh ? 'removed' : 'kept' }))
  removeDescription(dataDir)
  const issuer = await openSessionIssuer(join(dataDir, 'session-key.json'))
  const { corsOrigins: origins = [], mirror } = settings
  const hooks = localHooks(buildDir)
  const aws = await openAws({ ...options, issuer, origins, hooks }, closers)
  closers.add(() => hooks.close())
  const functions = localFunctions({ buildDir, dataDir, aws, api: urlAt(port), settings })
  closers.add(() => functions.close())
  const requests = new RequestLines(mounts)
  const answered = quiet ? {} : { answered: requests.tell }
  const pages = new Map<string, Page>(apiPages(descriptionPath(mounts) ?? ''))
  const cors = corsOf(mounts, origins)
  const api = await openApi({ port, functions, cors, mounts, pages, ...answered }, closers)
  const sources = own.length === 0 ? functionSources : { ...functionSources, ...consumerFunctionSources }
  await Promise.all([buildMounted(buildDir, sources, { mounts, mirror }), buildWorkerRuntime(buildDir)])
  await endBuilder()
  writeOwnContracts(dataDir, own)
  const keys = await prepare(dataDir, { api, aws, functions, mounts, seeds })
  await startHooks(
    { hooks, ownSeeds: seedsOf(own), keys, reached: { api, aws, log: openFunctionLog(hookLog(dataDir)) } },
    closers,
  )
  const { accessKeyId } = aws
  const description = await describeLocalRun({
    api,
    aws: aws.url,
    accessKeyId,
    keys,
    issuer,
    seeds,
    sessions: localSessions(settings),
  })
  const links = portalLinks({ local: description, issuer, seeds: withOwnSessions(seeds, settings), now })
  for (const link of links) pages.set(link.path, () => followed(link))
  closers.add(startSweepLoop(event => functions.invoke('sweep', event), console.error))
  closers.add(startQueueLoop({ feed: deliveryFeed(aws, closers), invoke: event => functions.invoke('deliver', event) }))
  closers.add(() => removeDescription(dataDir))
  writeDescription(dataDir, description)
  return { description, seeds, configured, showRequests: requests.show }
}

export interface StartedRun {
  readonly description: LocalDescription
  /** What was made for each contract, and where it is. */
  readonly seeds: readonly SeedContract[]
  readonly configured: Configured
  /** From now on a line is printed for each request, unless the run is quiet. */
  readonly showRequests: () => void
}

/** The requests that the run itself sends while it starts are not shown. */
class RequestLines {
  readonly #line: (answered: AnsweredRequest) => string
  #shown = false

  constructor(mounts: readonly Mount[]) {
    this.#line = requestLine(mounts)
  }

  readonly tell = (answered: AnsweredRequest): void => {
    if (this.#shown) console.log(this.#line(answered))
  }

  readonly show = (): void => {
    this.#shown = true
  }
}

/** The configuration that a local run follows. */
export interface Configured extends FollowedConfig {
  /** Null: there is none. */
  readonly file: string | null
}

/**
 * What the configuration says to a local run: the named one, or the folder's where it has one.
 * @throws {ConfigError}
 */
async function followedConfig(config: string | null): Promise<Configured> {
  const file = config ?? configFile()
  if (config === null && !existsSync(file)) return { file: null, settings: {}, mounts: [], ignored: [] }
  return { file, ...(await loadFollowedConfig(file)) }
}

/** @throws {ConfigError} where two contracts cannot be told apart, or one from the portal: all are here, and it is on */
function checkTogether(mounts: readonly Mount[]): void {
  try {
    checkMounts(mounts, { portal: 'on' })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigError(
      error.message.split('\n').map(fault => `beside the portal and all contracts of Keyturn: ${fault}`),
    )
  }
}

function hookLog(dataDir: string): string {
  return join(logFolder(dataDir), 'rotation-hook.ndjson')
}

interface Hooked {
  readonly hooks: LocalHooks
  readonly ownSeeds: readonly SeedContract[]
  readonly keys: SeededKeys
  readonly reached: Reached & { readonly log: Writable }
}

/** A customer's rotation hook for each own contract that has API keys. */
async function startHooks({ hooks, ownSeeds, keys, reached }: Hooked, closers: Closers): Promise<void> {
  closers.add(async () => void reached.log.end())
  const hooked = ownSeeds.flatMap(seed => {
    const apiKey = keys[`${seed.contract.name}.apiKey`]
    return apiKey === undefined ? [] : [{ seed, apiKey }]
  })
  await hooks.start(hooked, reached)
}

interface AwsOptions extends Pick<StartOptions, 'port' | 'dataDir'> {
  readonly issuer: SessionIssuer
  readonly hooks: LocalHooks
  readonly origins: readonly string[]
}

async function openAws(
  { port, dataDir, issuer, origins, hooks: functions }: AwsOptions,
  closers: Closers,
): Promise<LocalAws> {
  const pages = { '/.well-known/jwks.json': () => issuer.jwks }
  const accessKeyId = localAccessKeyId(join(dataDir, 'access-key.json'))
  const kmsKeyIds = [ringKeyId, mirrorKeyId]
  const options = { dataDir: join(dataDir, 'aws'), port: port + 1, pages, kmsKeyIds, accessKeyId, origins, functions }
  const documents = parentPages(urlAt(port))
  const server = await startAwsServer({ ...options, documents }).catch((error: unknown) => {
    throw portFault(port + 1, error)
  })
  closers.add(() => server.close())
  return { url: server.url, accessKeyId }
}

interface ApiOptions extends Pick<GatewayOptions<string>, 'port' | 'cors' | 'pages' | 'answered'> {
  readonly functions: LocalFunctions
  readonly mounts: readonly Mount[]
}

async function openApi({ functions, mounts, ...options }: ApiOptions, closers: Closers): Promise<string> {
  const routes = gatewayRoutes(mounts, { portal: 'on' })
  const invoke = functions.invoke.bind(functions)
  const gateway = await startGateway({ ...options, routes, invoke, now }).catch((error: unknown) => {
    throw portFault(options.port, error)
  })
  closers.add(() => gateway.close())
  return gateway.url
}

interface Running {
  readonly api: string
  readonly aws: LocalAws
  readonly functions: LocalFunctions
  readonly mounts: readonly Mount[]
  readonly seeds: readonly SeedContract[]
}

/**
 * Makes table and queues, loads the functions and, the first time, makes the API keys and endpoints that the run starts
 * with. Returns these keys.
 */
async function prepare(dataDir: string, { api, aws, functions, mounts, seeds }: Running): Promise<SeededKeys> {
  const { table: name } = localAws
  const contracts = mounts.map(({ contract }) => contract)
  const clientOptions = localClientOptions(aws.url, aws.accessKeyId)
  const client = dynamoDbClient(clientOptions)
  try {
    await Promise.all([createTable({ client, name }), createQueues(clientOptions), functions.start()])
    const store = dynamoApiKeyStore({ client, name }, now)
    for (const line of await unsignableEndpoints({ client, name }, contracts)) console.error(line)
    const seeding = { api: api + ownBasePath(seeds), store, now }
    return await seedOnce(join(dataDir, 'seed.json'), seeding, seeds)
  } finally {
    client.destroy()
  }
}
