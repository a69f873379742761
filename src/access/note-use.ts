import { type Log, scrubbedError } from '../core/log'
import type { ApiKey, ApiKeyStore } from './api-key'

// When an API key was last used, to the hour: one write an hour is enough to tell a key that nobody uses.

export interface NoteUseDeps {
  readonly apiKeys: Pick<ApiKeyStore, 'noteUse'>
  readonly now: () => Date
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}

/** Writes down that an API key was used. It never rejects, and is over after half a second. */
export type NoteUse = (apiKey: Pick<ApiKey, 'sha256' | 'lastUsedAt'>) => Promise<void>

/** How many API keys a process remembers; what was noted first goes first. */
export const mostNoted = 1000
const longestMilliseconds = 500
const hourMilliseconds = 60 * 60 * 1000

/**
 * Notes each API key at most once an hour. Whoever finds the hour written down already, in the key or by itself, writes
 * nothing: so it is about one write an hour and key, however many processes there are. A write that fails is not tried again.
 */
export function useNoter({ apiKeys, now, timeout, log }: NoteUseDeps): NoteUse {
  const noted = new Map<string, number>()
  return async ({ sha256, lastUsedAt }) => {
    const hour = Math.floor(now().getTime() / hourMilliseconds) * hourMilliseconds
    if ((lastUsedAt !== null && lastUsedAt.getTime() >= hour) || noted.get(sha256) === hour) return
    noted.delete(sha256)
    noted.set(sha256, hour)
    const [oldest] = noted.keys()
    if (noted.size > mostNoted && oldest !== undefined) noted.delete(oldest)
    try {
      await apiKeys.noteUse(sha256, new Date(hour), timeout(longestMilliseconds))
    } catch (error) {
      log.error('the last use of an API key could not be noted', scrubbedError(error))
    }
  }
}
