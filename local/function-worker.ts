import { randomUUID } from 'node:crypto'
import { createWriteStream, openSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { Worker } from 'node:worker_threads'

// One function's running copy, and the worker thread that it runs in. `worker-runtime.ts` is the other side of the thread:
// invocations go there as messages, and their outcomes come back.

export interface WorkerOptions {
  /** The file that `buildWorkerRuntime` built. */
  readonly runtime: string
  readonly bundle: string
  /** The whole environment of the function: nothing else is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** Takes what the function prints. */
  readonly log: Writable
  /** An event that takes longer ends the worker, as Lambda does. */
  readonly timeoutSeconds: number
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: InvocationError): void
}

/** One running copy of a bundle, in a worker thread of its own. */
export class FunctionWorker {
  readonly #worker: Worker
  readonly #waiting = new Map<string, Waiting>()
  readonly #timeoutMs: number
  #running = true
  #retired = false
  #fault: InvocationFault = 'ended'
  #loaded = (_loads: boolean): void => undefined
  /** Whether the bundle loads: settled once it has, or once the worker has ended. */
  readonly loads = new Promise<boolean>(resolve => (this.#loaded = resolve))

  constructor({ runtime, bundle, environment, log, timeoutSeconds }: WorkerOptions) {
    this.#timeoutMs = timeoutSeconds * 1000
    const streams = { stdin: true, stdout: true, stderr: true }
    this.#worker = new Worker(runtime, { workerData: bundle, env: { ...environment }, execArgv: [], ...streams })
    this.#worker.stdout.pipe(log, { end: false })
    this.#worker.stderr.pipe(log, { end: false })
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message))
    this.#worker.on('error', error => log.write(logLine(error)))
    this.#worker.on('exit', () => this.#end())
  }

  /** False once it has ended, by itself or not. */
  get running(): boolean {
    return this.#running
  }

  /** The handler's result. @throws {InvocationError} */
  async invoke(event: unknown): Promise<unknown> {
    const invocation: Invocation = { id: randomUUID(), event, deadline: Date.now() + this.#timeoutMs }
    const timer = setTimeout(() => void this.kill('late'), this.#timeoutMs)
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(invocation.id, { resolve, reject })
        this.#worker.postMessage(invocation)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends it at once; open invocations fail. */
  async kill(fault: InvocationFault = 'ended'): Promise<void> {
    this.#fault = fault
    await this.#worker.terminate()
  }

  /** Ends it once the open invocations are answered. */
  retire(): void {
    this.#retired = true
    this.#endIfRetired()
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'loaded') this.#loaded(true)
    else this.#settle(message)
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.id)
    this.#waiting.delete(outcome.id)
    this.#endIfRetired()
    if (outcome.kind === 'result') waiting?.resolve(outcome.result)
    else waiting?.reject(new InvocationError('threw', `the function threw ${outcome.name}`))
  }

  #endIfRetired(): void {
    if (this.#retired && this.#waiting.size === 0) void this.kill()
  }

  #end(): void {
    this.#running = false
    this.#loaded(false)
    for (const waiting of this.#waiting.values()) waiting.reject(new InvocationError(this.#fault, 'the function ended'))
    this.#waiting.clear()
  }
}

function logLine({ name, message, stack }: Error): string {
  return `${JSON.stringify({ level: 'ERROR', message: 'the function ended', errorType: name, errorMessage: message, stack })}\n`
}

/** What is sent to a worker: one event. */
export interface Invocation {
  /** Lambda's request id. */
  readonly id: string
  readonly event: unknown
  /** When the function is to have answered, in milliseconds since 1970. */
  readonly deadline: number
}

/** What a worker sends: first that its bundle is loaded, then for each event what became of it. */
export type WorkerMessage = { readonly kind: 'loaded' } | Outcome

/** The handler's result, or the name of the error that it threw. */
export type Outcome =
  | { readonly id: string; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: string; readonly kind: 'threw'; readonly name: string }

/** `threw`: the handler did. `ended`: the worker ended before it answered. `late`: it took too long and was ended. */
export type InvocationFault = 'threw' | 'ended' | 'late'

export class InvocationError extends Error {
  readonly fault: InvocationFault

  constructor(fault: InvocationFault, message: string) {
    super(message)
    this.name = 'InvocationError'
    this.fault = fault
  }
}

/** Appends to the file, made with mode 0600. Throws Node's own error where it cannot be opened; prints later ones. */
export function openFunctionLog(file: string): Writable {
  const log = createWriteStream(file, { fd: openSync(file, 'a', 0o600) })
  // Every worker of the function writes to it, and each adds listeners of its own: there may be any number.
  log.setMaxListeners(0)
  log.on('error', ({ message }) => console.error(`the log ${file} cannot be written: ${message}`))
  return log
}
