import { type Endpoint, unsettledChanges } from '../../src/rotation/endpoint'
import { mirrorVersionId } from '../../src/rotation/mirror'
import { type Ledger, mustHold } from './ledger'

/** What holds of every stored item, whatever has just happened. */
export function checkStored(ledger: Ledger, endpoint: Endpoint): void {
  checkWhole(ledger, endpoint)
  if (endpoint.dueAt === null) checkNothingLeft(ledger, endpoint)
}

/** No change is half written. */
function checkWhole(ledger: Ledger, { ring, changes, revision, updatedAt }: Endpoint): void {
  const [last] = changes
  const [current, ...retiring] = ring.keys
  mustHold(ledger, last.revision === revision, 'the newest change is the revision')
  mustHold(ledger, last.at.getTime() === updatedAt.getTime(), 'the newest change gives the time')
  mustHold(ledger, last.version === ring.version && last.keyId === current.id, 'the newest change names the ring')
  mustHold(ledger, ring.revision <= revision, 'the ring is not ahead of its endpoint')
  mustHold(ledger, current.expiresAt === null, 'the current key does not expire')
  mustHold(
    ledger,
    retiring.every(key => key.expiresAt !== null),
    'every older key expires',
  )
  mustHold(ledger, areDistinct(ring.keys.map(key => key.id)), 'no key is twice in a ring')
  mustHold(ledger, areDistinct(changes.map(change => change.id)), 'no change is made twice')
  mustHold(ledger, areFalling(changes.map(change => change.revision)), 'changes are in the order of their revisions')
}

/** Nothing due is forgotten. */
function checkNothingLeft(ledger: Ledger, endpoint: Endpoint): void {
  const { settling, settings, deletedAt, lookAgainAt } = endpoint
  mustHold(ledger, unsettledChanges(endpoint).length === 0, 'an unsettled change is due')
  mustHold(ledger, deletedAt === null, 'a tombstone is due')
  mustHold(ledger, lookAgainAt === null, 'a mirror that is to be looked at again is due')
  if (settings.mirror === 'on') {
    mustHold(ledger, settling.mirrorVersionId === mirrorVersionId(endpoint), 'a mirror behind its ring is due')
  }
}

/** What holds of an item that was removed. */
export function checkDropped(ledger: Ledger, endpoint: Endpoint): void {
  mustHold(ledger, endpoint.deletedAt !== null, 'only a tombstone is dropped')
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

function areFalling(values: readonly number[]): boolean {
  return values.every((value, place) => place === 0 || value < (values[place - 1] ?? 0))
}
