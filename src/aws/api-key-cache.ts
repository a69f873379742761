import type { ApiKey } from '../access/api-key'

/** Answers are kept this long. */
export const cacheSeconds = 30
/** At most this many; the oldest answers go first. */
export const cacheCapacity = 1000

export interface ApiKeyCache {
  /** The key, null where there was none, undefined where nothing is known. */
  get(sha256: string, now: Date): ApiKey | null | undefined
  /** `readAt`: when the read began. */
  set(sha256: string, key: ApiKey | null, readAt: Date): void
}

export function apiKeyCache(): ApiKeyCache {
  const answers = new Map<string, { readonly key: ApiKey | null; readonly until: number }>()
  return {
    get: (sha256, now) => {
      const answer = answers.get(sha256)
      return answer !== undefined && now.getTime() < answer.until ? answer.key : undefined
    },
    set: (sha256, key, readAt) => {
      answers.delete(sha256)
      answers.set(sha256, { key, until: readAt.getTime() + cacheSeconds * 1000 })
      const [oldest] = answers.keys()
      if (answers.size > cacheCapacity && oldest !== undefined) answers.delete(oldest)
    },
  }
}
