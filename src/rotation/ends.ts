import { addSeconds, earlierOf } from '../core/instant'
import type { Change, Endpoint, EndedKey } from './endpoint'
import { allKeys, type Keys } from './published'
import { isLive, type Key } from './ring'

// Which keys have ended, by a change or by time, so that each end is told. Pure.

/** How far the clocks of two functions may be apart: an end is told later by this, and never earlier. */
export const clockSkewSeconds = 5

/**
 * The keys that no list has after a change at `at`: those that it ended, and those whose time was over before and whose end
 * was not told yet. No member where there are none. `deleted`: the endpoint ends, which is told as that; of its keys only
 * what time had ended by then.
 */
export function endedBy(before: Endpoint, after: Keys | 'deleted', at: Date): Pick<Change, 'ended'> {
  const kept = after === 'deleted' ? [] : allKeys(after).map(({ id }) => id)
  const dropped = allKeys(before).filter(({ id }) => !kept.includes(id))
  const byChange = after === 'deleted' ? [] : dropped.filter(key => isLive(key, at))
  const { version } = after === 'deleted' ? before.ring : after.ring
  const ended = [...overByTime(before, dropped, at), ...byChange.map(({ id: keyId }) => ({ keyId, at, version }))]
  return ended.length === 0 ? {} : { ended }
}

/** The keys of the endpoint whose time is over, and whose end was not told yet, at `now`. */
export function endedByTime(endpoint: Endpoint, now: Date): readonly EndedKey[] {
  return endpoint.deletedAt === null ? overByTime(endpoint, allKeys(endpoint), tellableUntil(now)) : []
}

function overByTime({ ring: { version }, settling }: Endpoint, keys: readonly Key[], until: Date): readonly EndedKey[] {
  const { endsToldUntil } = settling
  if (endsToldUntil === undefined) return []
  return keys.flatMap(({ id: keyId, expiresAt }) => {
    const isUntold = expiresAt !== null && expiresAt > endsToldUntil && expiresAt <= until
    return isUntold ? [{ keyId, at: expiresAt, version }] : []
  })
}

/** Up to when ends are told by a settling that began at `now`: it goes on from there, and never back. */
export function endsToldAfter({ settling: { endsToldUntil } }: Endpoint, now: Date): Date {
  const until = tellableUntil(now)
  return endsToldUntil !== undefined && endsToldUntil > until ? endsToldUntil : until
}

function tellableUntil(now: Date): Date {
  return addSeconds(now, -clockSkewSeconds)
}

/** When the next end is to be told; null: no key of a live endpoint has one that was not told. */
export function endAt(endpoint: Endpoint): Date | null {
  const { deletedAt, settling } = endpoint
  const { endsToldUntil } = settling
  if (deletedAt !== null || endsToldUntil === undefined) return null
  const ends = allKeys(endpoint).flatMap(({ expiresAt }) => expiresAt ?? [])
  const next = ends.filter(at => at > endsToldUntil).reduce<Date | null>(earlierOf, null)
  return next && addSeconds(next, clockSkewSeconds)
}
