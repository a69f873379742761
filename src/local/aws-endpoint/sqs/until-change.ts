import type { Queue } from './queue'

export interface Waiting {
  /** Of `performance.now()`: a caller waits in the time of the machine, whatever the queue's clock says. */
  readonly deadline: number
  /** The queue's clock, in milliseconds since 1970. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Resolves when a message may have become visible, at the deadline, or when the signal aborts. */
export function untilChange(queue: Queue, { deadline, now, signal }: Waiting): Promise<void> {
  const wait = Math.min(deadline - performance.now(), (queue.nextVisibleAt() ?? Infinity) - now())
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(1, wait))
    const unwatch = queue.watch(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
