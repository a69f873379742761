import { addSeconds } from '../../../src/core/instant'
import type { ChangeKind, Endpoint } from '../../../src/rotation/endpoint'
import { isLive, type Key } from '../../../src/rotation/ring'
import { isStep } from '../check-states'
import { type Ledger, mustHold } from '../world'

/** What each publication, promotion, abandon and roll-back did to the keys, from the state before to the one after. */
export function checkSteps(ledger: Ledger): void {
  for (const history of ledger.histories.values()) {
    for (const [place, after] of history.entries()) {
      const before = history[place - 1]
      if (before !== undefined && isStep(after.changes[0])) checkStep(ledger, before, after)
    }
  }
}

function checkStep(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const { kind } = after.changes[0]
  const made = kind === 'publish' ? 1 : 0
  mustHold(ledger, after.ring.version === before.ring.version + made, 'a publication alone makes a version')
  checks[kind]?.(ledger, before, after)
}

type Check = (ledger: Ledger, before: Endpoint, after: Endpoint) => void

const checks: Partial<Record<ChangeKind, Check>> = {
  publish: checkPublication,
  promote: checkPromotion,
  abandon: checkAbandon,
  'roll-back': checkRollBack,
}

function checkPublication(ledger: Ledger, before: Endpoint, after: Endpoint): void {
  const { at } = after.changes[0]
  mustHold(ledger, before.published === null && after.published !== null, 'one key is published at a time')
  mustHold(ledger, after.published?.key.createdAt.getTime() === at.getTime(), 'a key is as old as its change')
  mustHold(ledger, isSame(after.ring.keys, live(before.ring.keys, at)), 'a publication ends no key')
}

/** How long a key works on that `replace` ends: until no delivery is on its way that it signed. */
const replacedSeconds = 120

function checkPromotion(ledger: Ledger, { ring, published }: Endpoint, after: Endpoint): void {
  const { at, keyId } = after.changes[0]
  mustHold(ledger, published?.key.id === keyId && after.published === null, 'a promotion is of the published key')
  if (published === null) return
  const [current, ...older] = ring.keys
  const before = { ...current, expiresAt: addSeconds(at, published.overlapSeconds) }
  const latest = addSeconds(at, replacedSeconds).getTime()
  const ended = (key: Key): Key => ({
    ...key,
    expiresAt: new Date(Math.min(key.expiresAt?.getTime() ?? latest, latest)),
  })
  const kept = published.endsRetiring === true ? live(older, at).map(ended) : live(older, at)
  mustHold(ledger, isSame(after.ring.keys, [published.key, before, ...kept]), 'keys live for their whole overlap')
}

function checkAbandon(ledger: Ledger, { ring, published }: Endpoint, after: Endpoint): void {
  const { at, keyId, overlapSeconds } = after.changes[0]
  mustHold(ledger, published?.key.id === keyId && after.published === null, 'the published key is given up')
  if (published === null || overlapSeconds === null) return
  const abandoned = overlapSeconds === 0 ? [] : [{ ...published.key, expiresAt: addSeconds(at, overlapSeconds) }]
  const [current, ...older] = ring.keys
  mustHold(ledger, isSame(after.ring.keys, [current, ...abandoned, ...live(older, at)]), 'an abandon ends no other key')
}

function checkRollBack(ledger: Ledger, { ring, published }: Endpoint, after: Endpoint): void {
  const { at, keyId } = after.changes[0]
  const [newer, ...older] = ring.keys
  const again = older.find(({ id }) => id === keyId)
  mustHold(ledger, published === null && after.published?.key.id === newer.id, 'a roll-back publishes the newer key')
  mustHold(ledger, after.published?.signing === 'manual', 'after a roll-back the newer key waits for somebody')
  if (again === undefined) return mustHold(ledger, false, 'a roll-back returns to a key of the ring')
  mustHold(
    ledger,
    isLive(again, at) && again.abandoned !== true,
    'a roll-back returns to a key that signed and is live',
  )
  const others = live(older, at).filter(({ id }) => id !== keyId)
  mustHold(ledger, isSame(after.ring.keys, [{ ...again, expiresAt: null }, ...others]), 'a roll-back ends no key')
}

function live(keys: readonly Key[], at: Date): readonly Key[] {
  return keys.filter(key => isLive(key, at))
}

function isSame(keys: readonly Key[], expected: readonly Key[]): boolean {
  const text = (key: Key): string => `${key.id} ${key.expiresAt?.getTime()}`
  return keys.map(text).join() === expected.map(text).join()
}
