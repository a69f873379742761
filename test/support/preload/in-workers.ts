import workerThreads from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'

/** Has each worker of this process load the file before anything else, too. */
export function preloadInWorkers(file: string): void {
  workerThreads.Worker = class extends workerThreads.Worker {
    constructor(script: string | URL, options: WorkerOptions = {}) {
      super(script, { ...options, execArgv: [...(options.execArgv ?? []), '--require', file] })
    }
  }
}
