import workerThreads from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'
import { shiftClock } from './shift-clock'

// Loaded before everything else in a process, and in each of its workers: all of it runs that much ahead of time.

declare const AHEAD_MS: number

shiftClock(AHEAD_MS)

workerThreads.Worker = class extends workerThreads.Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--require', __filename] })
  }
}
