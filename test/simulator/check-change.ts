import { rememberSeconds } from '../../src/rotation/change'
import type { Change, Endpoint } from '../../src/rotation/endpoint'
import { isLive, type Key } from '../../src/rotation/ring'
import { type Ledger, mustHold } from './ledger'

/**
 * What holds of every committed change: from the state before (null: none) to the one that it made. A change may be
 * forgotten once it was marked as settled, even if a mark that came late says again that it is not.
 */
export function checkChange(ledger: Ledger, before: Endpoint | null, after: Endpoint): void {
  const settledUpTo = ledger.settledUpTo.get(after.id) ?? 0
  const sameLife = before?.incarnation === after.incarnation
  if (before) {
    mustHold(ledger, after.revision > before.revision, 'revisions rise')
    mustHold(ledger, after.updatedAt > before.updatedAt, 'times of changes rise')
    mustHold(ledger, sameLife === (before.deletedAt === null), 'a tombstone ends an incarnation')
    mustHold(ledger, keepsWhatIsNeeded(before, after, settledUpTo), 'no change that is still needed is forgotten')
  }
  if (before && sameLife) checkRing(ledger, before, after)
  else mustHold(ledger, after.ring.version === 1 && after.ring.keys.length === 1, 'a new endpoint has its first key')
}

function keepsWhatIsNeeded(before: Endpoint, after: Endpoint, settledUpTo: number): boolean {
  const kept = new Set(after.changes.map(change => change.id))
  const since = after.updatedAt.getTime() - rememberSeconds * 1000
  const isYoung = (change: Change): boolean => change.at.getTime() > since
  const young = before.changes.filter(change => ['create', 'rotate', 'revoke'].includes(change.kind) && isYoung(change))
  const unsettled = before.changes.filter(change => change.revision > settledUpTo)
  return [...unsettled, ...young].every(change => kept.has(change.id))
}

function checkRing(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const change = after.changes[0]
  if (change.kind === 'rotate') return checkRotation(ledger, before, after)
  mustHold(ledger, after.ring.version === before.ring.version, 'only a rotation makes a version')
  mustHold(ledger, after.ring.keys[0].id === before.ring.keys[0].id, 'only a rotation makes a key current')
  if (change.kind === 'revoke') {
    const ended = before.ring.keys.slice(1).filter(key => isLive(key, change.at))
    const live = after.ring.keys.slice(1).filter(key => isLive(key, change.at))
    mustHold(ledger, live.length === 0, 'a revoke leaves the current key alone')
    mustHold(ledger, ended.map(idOf).join() === change.revokedKeyIds.join(), 'a revoke names the keys that it ended')
  } else mustHold(ledger, after.ring === before.ring, 'only ring changes touch the ring')
}

function checkRotation(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const { at, overlapSeconds } = after.changes[0]
  const [previous, ...retiring] = before.ring.keys
  const live = retiring.filter(key => isLive(key, at))
  const older = ledger.secondRotation.kind === 'keep' ? live : []
  const retired = { ...previous, expiresAt: new Date(at.getTime() + overlapSeconds * 1000) }
  const expected = overlapSeconds === 0 ? [] : [retired, ...older]
  mustHold(ledger, after.ring.version === before.ring.version + 1, 'versions are consecutive')
  mustHold(ledger, after.ring.keys[0].createdAt.getTime() === at.getTime(), 'a key is as old as its change')
  mustHold(ledger, sameKeys(after.ring.keys.slice(1), expected), 'keys live for their whole overlap')
  if (ledger.secondRotation.kind === 'keep') {
    mustHold(ledger, after.ring.keys.length <= ledger.secondRotation.maximumLiveKeys, 'a ring keeps to its limit')
  }
}

function sameKeys(keys: readonly Key[], expected: readonly Key[]): boolean {
  const text = (key: Key): string => `${key.id} ${key.expiresAt?.getTime()}`
  return keys.map(text).join() === expected.map(text).join()
}

function idOf(key: Key): string {
  return key.id
}
