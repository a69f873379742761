import { setMaxListeners } from 'node:events'

/** A signal that aborts after `milliseconds`, for any number of calls at a time: each of them listens to it. */
export function sharedTimeout(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds)
  setMaxListeners(0, signal)
  return signal
}
