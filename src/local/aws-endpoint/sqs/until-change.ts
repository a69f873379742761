import type { Queue } from './queue'

export interface Waiting {
  /** Milliseconds since 1970. */
  readonly deadline: number
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Resolves when a message may have become visible, at the deadline, or when the signal aborts. */
export function untilChange(queue: Queue, { deadline, now, signal }: Waiting): Promise<void> {
  const at = Math.min(deadline, queue.nextVisibleAt() ?? Infinity)
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(1, at - now()))
    const unwatch = queue.watch(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
