import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mountsFile } from '../http/mount'
import { isMissing } from './file-error'
import { FunctionWorker } from './function-worker'
import type { WorkerOptions } from './function-worker'

/**
 * One function of the local run. What answers is always what is on the disk: the worker is started anew once it ended,
 * and once the bundle or the mounts beside it changed.
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

/** Tells one build from another; null while there is none. */
async function buildOf(bundle: string): Promise<string | null> {
  const [built, mounts] = await Promise.all([stateOf(bundle), stateOf(join(dirname(bundle), mountsFile))])
  return built && `${built} ${mounts}`
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
