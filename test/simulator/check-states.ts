import type { Secret } from '../../src/core/secret'
import { addSeconds } from '../../src/core/instant'
import { neverDelivered } from '../../src/delivery/health'
import { rememberSeconds, settleGraceSeconds } from '../../src/rotation/change'
import { promotionAt, workPlannedAt } from '../../src/rotation/due'
import { endAt } from '../../src/rotation/ends'
import { type Change, type Endpoint, unsettledChanges } from '../../src/rotation/endpoint'
import { isOlderVersion, mirrorVersionId } from '../../src/rotation/mirror'
import type { SealContext } from '../../src/rotation/ports'
import { allKeys } from '../../src/rotation/published'
import { isLive, type Key } from '../../src/rotation/ring'
import type { Cloud } from './cloud'
import { type Ledger, mustHold, type World } from './world'

/** Checks every state that a call leaves behind, and remembers it in the ledger. */
export function checkStates(world: World, name: string, input: readonly unknown[]): void {
  if (name === 'sealer.seal') noteSecret(world, input as readonly [Secret, SealContext])
  if (name.startsWith('store.')) checkTable(world)
  if (name.startsWith('mirror.')) checkLabels(world)
}

function noteSecret({ ledger }: World, [secret, { keyId }]: readonly [Secret, SealContext]): void {
  ledger.secrets.set(keyId, secret.reveal())
}

function checkTable({ ledger, cloud }: World): void {
  const { endpoints } = cloud.state.table
  for (const [key, { endpoint }] of endpoints) {
    const before = ledger.stored.get(key) ?? null
    if (endpoint === before) continue
    ledger.stored.set(key, endpoint)
    checkStored(ledger, endpoint)
    noteSettled(ledger, endpoint)
    if (before?.incarnation === endpoint.incarnation && before.revision === endpoint.revision) {
      mustHold(ledger, before.changes === endpoint.changes, 'a revision is written once')
      continue
    }
    checkChange(ledger, before, endpoint)
    remember(ledger.histories, endpoint)
    if (endpoint.ring.version === 1) failSome(cloud, key, endpoint)
  }
  for (const [key, before] of ledger.stored) {
    if (endpoints.has(key)) continue
    ledger.stored.delete(key)
    mustHold(ledger, before.deletedAt !== null, 'only a tombstone is dropped')
  }
}

/** A new endpoint's first deliveries fail, so that a reset shows. */
function failSome({ state }: Cloud, key: string, { incarnation }: Endpoint): void {
  if (state.health.stored.get(key)?.incarnation === incarnation) return
  state.health.stored.set(key, { incarnation, health: { ...neverDelivered, consecutiveFailures: 3 }, resetAt: 0 })
}

function noteSettled({ settledUpTo }: Ledger, { id, settling }: Endpoint): void {
  settledUpTo.set(id, Math.max(settling.revision, settledUpTo.get(id) ?? 0))
}

function remember(histories: Map<string, Endpoint[]>, endpoint: Endpoint): void {
  const history = histories.get(endpoint.incarnation)
  if (history) history.push(endpoint)
  else histories.set(endpoint.incarnation, [endpoint])
}

/** The version that somebody else stores. */
export const byHand = 'by-hand'

function checkLabels({ ledger, cloud }: World): void {
  for (const [name, { labels }] of cloud.state.vault.secrets) {
    const current = labels.get('AWSCURRENT')
    const before = ledger.current.get(name)
    if (current === undefined || current === before) continue
    ledger.current.set(name, current)
    const isKnown = before !== undefined && before !== byHand && current !== byHand
    if (isKnown) mustHold(ledger, !isOlderVersion(current, before), 'AWSCURRENT moved to an older version')
  }
}

/** What holds of every stored item, whatever has just happened. */
function checkStored(ledger: Ledger, endpoint: Endpoint): void {
  checkWhole(ledger, endpoint)
  if (isAtRest(endpoint)) checkNothingLeft(ledger, endpoint)
}

/** The sweep does not come by, or for its daily look or the end of a key alone. */
function isAtRest(endpoint: Endpoint): boolean {
  const { dueAt, updatedAt, settling } = endpoint
  if (dueAt === null) return true
  const end = endpoint.lookAgainAt === null ? endAt(endpoint) : null
  const times = [settling.dailyLookAt, end].map(at => at?.getTime())
  return times.includes(dueAt.getTime()) && dueAt > addSeconds(updatedAt, settleGraceSeconds)
}

/** No change is half written. */
function checkWhole(ledger: Ledger, endpoint: Endpoint): void {
  const { ring, published, changes, revision, updatedAt } = endpoint
  const [last] = changes
  const [current, ...retiring] = ring.keys
  mustHold(ledger, last.revision === revision, 'the newest change is the revision')
  mustHold(ledger, last.at.getTime() === updatedAt.getTime(), 'the newest change gives the time')
  mustHold(ledger, last.version === ring.version && isNamed(endpoint), 'the newest change names the ring')
  mustHold(ledger, ring.revision <= revision, 'the ring is not ahead of its endpoint')
  mustHold(ledger, current.expiresAt === null, 'the current key does not expire')
  mustHold(
    ledger,
    retiring.every(key => key.expiresAt !== null),
    'every older key expires',
  )
  mustHold(ledger, published === null || published.key.expiresAt === null, 'a published key does not expire')
  mustHold(ledger, areDistinct(allKeys(endpoint).map(idOf)), 'no key is twice in a ring')
  mustHold(ledger, areDistinct(changes.map(change => change.id)), 'no change is made twice')
  mustHold(ledger, areFalling(changes.map(change => change.revision)), 'changes are in the order of their revisions')
}

/** The newest change names the key that it published or gave up, or else the one that signs after it. */
function isNamed({ changes: [{ kind, keyId }], ring, published }: Endpoint): boolean {
  if (kind === 'publish') return keyId === published?.key.id
  return kind === 'abandon' ? keyId !== ring.keys[0].id && published === null : keyId === ring.keys[0].id
}

/** Nothing due is forgotten. */
function checkNothingLeft(ledger: Ledger, endpoint: Endpoint): void {
  const { settling, settings, deletedAt, lookAgainAt, published } = endpoint
  const comesFirst = (at: Date | null): boolean => at !== null && endpoint.dueAt !== null && endpoint.dueAt <= at
  const isWaiting = published?.signing === 'published'
  // Or what is tried again before receivers can read the key.
  const signsAt = promotionAt(endpoint) ?? workPlannedAt(endpoint)
  mustHold(ledger, !isWaiting || comesFirst(signsAt), 'a key that waits for its lead is due')
  mustHold(ledger, unsettledChanges(endpoint).length === 0, 'an unsettled change is due')
  mustHold(ledger, deletedAt === null, 'a tombstone is due')
  mustHold(ledger, lookAgainAt === null || comesFirst(lookAgainAt), 'a mirror that is to be looked at again is due')
  if (settings.mirror === 'on') {
    mustHold(ledger, settling.mirrorVersionId === mirrorVersionId(endpoint), 'a mirror behind its ring is due')
  }
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

function areFalling(values: readonly number[]): boolean {
  return values.every((value, place) => place === 0 || value < (values[place - 1] ?? 0))
}

/**
 * What holds of every committed change: from the state before (null: none) to the one that it made. A change may be
 * forgotten once it was marked as settled, even if a mark that came late says again that it is not.
 */
function checkChange(ledger: Ledger, before: Endpoint | null, after: Endpoint): void {
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
  const changesRing = ({ kind }: Change): boolean => kind !== 'update' && kind !== 'delete'
  const young = before.changes.filter(change => changesRing(change) && isYoung(change))
  const unsettled = before.changes.filter(change => change.revision > settledUpTo)
  return [...unsettled, ...young].every(change => kept.has(change.id))
}

function checkRing(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const change = after.changes[0]
  if (change.kind === 'rotate') return checkRotation(ledger, before, after)
  // Its keys and their ends are checked with all that came of them.
  if (isStep(change)) return
  mustHold(ledger, after.ring.version === before.ring.version, 'only a rotation makes a version')
  mustHold(ledger, after.ring.keys[0].id === before.ring.keys[0].id, 'only a rotation makes a key current')
  if (change.kind === 'revoke') {
    const ended = before.ring.keys.slice(1).filter(key => isLive(key, change.at))
    const live = after.ring.keys.slice(1).filter(key => isLive(key, change.at))
    mustHold(ledger, live.length === 0, 'a revoke leaves the current key alone')
    mustHold(ledger, ended.map(idOf).join() === change.revokedKeyIds.join(), 'a revoke names the keys that it ended')
  } else mustHold(ledger, after.ring === before.ring, 'only ring changes touch the ring')
}

/** Whether the change publishes a key, or is what becomes of it. */
export function isStep({ kind }: Pick<Change, 'kind'>): boolean {
  return kind === 'publish' || kind === 'promote' || kind === 'abandon' || kind === 'roll-back'
}

function checkRotation(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const { at, overlapSeconds } = after.changes[0]
  const [previous, ...retiring] = before.ring.keys
  const live = retiring.filter(key => isLive(key, at))
  const older = ledger.secondRotation.kind === 'keep' ? live : []
  const expiresAt = overlapSeconds === null ? null : new Date(at.getTime() + overlapSeconds * 1000)
  const retired = { ...previous, expiresAt }
  const expected = overlapSeconds === 0 ? [] : [retired, ...older]
  mustHold(ledger, after.ring.version === before.ring.version + 1, 'versions are consecutive')
  mustHold(ledger, after.ring.keys[0].createdAt.getTime() === at.getTime(), 'a key is as old as its change')
  const isAsExpected = before.published !== null || sameKeys(after.ring.keys.slice(1), expected)
  mustHold(ledger, isAsExpected, 'keys live for their whole overlap')
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
