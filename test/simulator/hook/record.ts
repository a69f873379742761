import type { Endpoint } from '../../../src/rotation/endpoint'

/** What makes a rotation's end weaker than usual, until another one. */
export type Disorder =
  'overlapping-runs' | 'late-request' | 'late-put' | 'put-out-of-turn' | 'late-tag' | 'rotated-by-hand'

/** What is known of a run from outside. */
export interface HookRecord {
  /** How many requests the hook has made. */
  asked: number
  /** The latest request that made a rotation, or whose answer was stored: one before it that rotates now comes late. */
  latest: number
  /** The endpoint as each rotation made it, oldest first. */
  readonly rings: Endpoint[]
  /** The version that consumers read. */
  current: string | null
  readonly disorder: Set<Disorder>
  /** Somebody took the intents of a hook that had stopped away. */
  released: boolean
  /** Why the last step that failed did so. */
  lastCode: string | null
}

export function newHookRecord(): HookRecord {
  return { asked: 0, latest: 0, rings: [], current: null, disorder: new Set(), released: false, lastCode: null }
}

/** The reason that a request is known by: the rotation's token, and which request of the run it is. */
export function noteAsked(record: HookRecord, token: string): string {
  record.asked += 1
  return `${token} ${record.asked}`
}

/** The rotation that made a ring; null: none of the hook's. */
export function askedBy({ changes }: Endpoint): { readonly token: string; readonly place: number } | null {
  const [token, place] = changes[0].reason?.split(' ') ?? []
  return token === undefined ? null : { token, place: Number(place) }
}
