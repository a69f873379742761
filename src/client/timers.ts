/** What a client measures and waits with. Tests bring their own. */
export interface Timers {
  /** Milliseconds since some moment; never goes back. */
  now(): number
  /** Calls `run` once, in so many milliseconds. Returns what keeps it from doing so. */
  after(milliseconds: number, run: () => void): () => void
  /** At least 0, less than 1: spreads callers that were refused at once. */
  random(): number
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** Why something ended before it was done. */
export type EndReason = 'aborted' | 'timeout'

/** Something that can end before it is done. */
export interface Bound {
  readonly signal: AbortSignal
  /** Why the signal was aborted; null before that. */
  reason(): EndReason | null
}

/** A bound of its own time. `stop` leaves no timer and no listener. */
export interface Scope extends Bound {
  stop(): void
}

/** What ends when the caller wants it to. */
export function boundOf(signal: AbortSignal): Bound {
  return { signal, reason: () => (signal.aborted ? 'aborted' : null) }
}

/** Ends in so many milliseconds, and with what is above it. */
export function scopeIn(timers: Timers, above: Bound | null, milliseconds: number): Scope {
  const controller = new AbortController()
  let reason: EndReason | null = null
  const end = (why: EndReason | null): void => {
    reason ??= why
    controller.abort()
  }
  const follow = (): void => end(above?.reason() ?? null)
  const cancel = timers.after(milliseconds, () => end('timeout'))
  above?.signal.addEventListener('abort', follow)
  if (above?.signal.aborted === true) follow()
  return {
    signal: controller.signal,
    reason: () => reason,
    stop: () => {
      cancel()
      above?.signal.removeEventListener('abort', follow)
    },
  }
}

/** What the work comes to; null as soon as the scope ends, whether or not the work heeds its signal. */
export async function within<Result>({ signal }: Scope, work: () => Promise<Result>): Promise<Result | null> {
  if (signal.aborted) return null
  const ended = new Promise<null>(resolve => signal.addEventListener('abort', () => resolve(null), { once: true }))
  return Promise.race([ended, work()])
}

/** Waits so long, or until the scope ends. */
export async function pause(timers: Timers, { signal }: Scope, milliseconds: number): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolve => {
    const cancel = timers.after(milliseconds, resolve)
    const end = (): void => {
      cancel()
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
