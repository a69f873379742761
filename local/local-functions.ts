import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { FollowedConfig } from '../config/load'
import { functionSources } from '../scripts/bundle'
import { isMissing, makeFolder } from '../scripts/files'
import { descriptionFile } from '../src/contracts/gateway-routes'
import { portalFolder } from '../scripts/portal-files'
import { mountsFile } from '../src/contracts/routes'
import type { LocalAws } from './aws-resources'
import { functionEnvironment } from './function-environment'
import { FunctionWorker, openFunctionLog, type WorkerOptions } from './function-worker'
import { OperatorError } from './operator-error'

export type FunctionName = keyof typeof functionSources

export interface LocalFunctions {
  /** @throws {InvocationError} */
  invoke(name: FunctionName, event: object): Promise<unknown>
  /** Loads every bundle. @throws {OperatorError} naming the log of one that does not load */
  start(): Promise<void>
  close(): Promise<void>
}

export interface LocalFunctionsOptions {
  readonly buildDir: string
  readonly dataDir: string
  readonly aws: LocalAws
  /** The API's URL, where it will be. */
  readonly api: string
  /** Of the platform's configuration. */
  readonly settings: FollowedConfig['settings']
}

const names = Object.keys(functionSources) as readonly FunctionName[]
/** A delivery may wait for its receiver longer than the HTTP API waits for a reply. */
const timeoutSeconds: Readonly<Record<FunctionName, number>> = {
  rotate: 29,
  endpoints: 29,
  sweep: 29,
  deliver: 60,
  access: 29,
  portal: 29,
}

/** Where each function has a file of what it prints. */
export function logFolder(dataDir: string): string {
  return join(dataDir, 'logs')
}

/** All functions of the local run, none started yet. What they print goes to `<dataDir>/logs/<name>.ndjson`, mode 0600. */
export function localFunctions({ buildDir, dataDir, aws, api, settings }: LocalFunctionsOptions): LocalFunctions {
  const logs = logFolder(dataDir)
  makeFolder(logs, 0o700)
  const runtime = resolve(buildDir, 'local-worker/index.js')
  const all = names.map(name => {
    const bundle = resolve(buildDir, name, 'index.js')
    const file = join(logs, `${name}.ndjson`)
    const log = openFunctionLog(file)
    const options = {
      runtime,
      bundle,
      log,
      environment: functionEnvironment({ name, bundle, aws: aws.url, api, accessKeyId: aws.accessKeyId, settings }),
    }
    return { name, file, log, run: new LocalFunction({ ...options, timeoutSeconds: timeoutSeconds[name] }) }
  })
  const byName = new Map(all.map(({ name, run }) => [name, run]))
  return {
    invoke: async (name, event) => byName.get(name)?.invoke(event),
    start: async () => {
      const loaded = await Promise.all(all.map(({ run }) => run.start()))
      const failed = all.find((_, at) => loaded[at] !== true)
      if (failed !== undefined) throw new OperatorError(`the function ${failed.name} does not load; see ${failed.file}`)
    },
    close: async () => {
      await Promise.all(all.map(({ run }) => run.kill()))
      for (const { log } of all) log.end()
    },
  }
}

/**
 * One function of the local run. Its worker always runs what is on the disk: a new one starts once the worker has ended,
 * and once the bundle or what stands beside it has changed.
 */
export class LocalFunction {
  readonly #options: WorkerOptions
  readonly #workers = new Set<FunctionWorker>()
  #current: FunctionWorker | null = null
  #build: string | null = null

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** The handler's result. @throws {InvocationError} */
  async invoke(event: unknown): Promise<unknown> {
    return (await this.#ready()).invoke(event)
  }

  /** Loads the bundle before the first event comes; false when it does not load. */
  async start(): Promise<boolean> {
    return (await this.#ready()).loads
  }

  /** Ends every worker at once, as a crash would; open invocations fail. The next one starts a new worker. */
  async kill(): Promise<void> {
    await Promise.all([...this.#workers].map(worker => worker.kill()))
    this.#workers.clear()
  }

  async #ready(): Promise<FunctionWorker> {
    const build = await buildOf(this.#options.bundle)
    if (this.#current?.running && (build === null || build === this.#build)) return this.#current
    this.#current?.retire()
    for (const worker of this.#workers) if (!worker.running) this.#workers.delete(worker)
    this.#current = new FunctionWorker(this.#options)
    this.#workers.add(this.#current)
    this.#build = build
    return this.#current
  }
}

/** The pages' names change with their files. */
const besideBundles = [
  mountsFile,
  ...[mountsFile, descriptionFile, 'portal.html'].map(name => join(portalFolder, name)),
]

/** Tells one build from another; null while there is none. */
async function buildOf(bundle: string): Promise<string | null> {
  const beside = besideBundles.map(name => stateOf(join(dirname(bundle), name)))
  const [built, ...others] = await Promise.all([stateOf(bundle), ...beside])
  return built === null || built === undefined ? null : [built, ...others].join(' ')
}

/** Changes with the file; null while there is none. */
async function stateOf(file: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
