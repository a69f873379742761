import { isLive } from '../../../src/rotation/ring'
import { holderOf } from '../../support/memory/memory-rotated-secret'
import { mustHold } from '../ledger'
import type { HookBed } from './bed'
import { overlapOf, placeOf, readDocument, secretOf } from './stored-document'

/** What holds of the secret after every change of it. */
export function checkCurrent(stage: HookBed): void {
  const { world, own, record } = stage
  const current = holderOf(own, 'AWSCURRENT')
  const document = readDocument(stage, current)
  mustHold(world.ledger, document !== null, 'AWSCURRENT is on a version with a value')
  if (document === null || current === record.current) return
  const before = readDocument(stage, record.current)
  record.current = current
  const inOrder = !record.disorder.has('put-out-of-turn')
  if (before !== null && inOrder) {
    mustHold(
      world.ledger,
      placeOf(stage, document.keys[0]?.secret) >= placeOf(stage, before.keys[0]?.secret),
      'consumers never go back to an older key',
    )
    mustHold(world.ledger, document.version >= before.version, 'versions never go back')
  }
  checkReaders(stage)
}

/**
 * Nobody is locked out: what consumers read holds a key that the vendor signs with, for as long as the rotation that
 * followed their newest key promised.
 */
export function checkReaders(stage: HookBed): void {
  const { world, record, plan } = stage
  const document = readDocument(stage, record.current)
  const newest = document?.keys[0]
  const last = record.rings.at(-1)
  if (document === null || newest === undefined || last === undefined || plan.byHand) return
  const now = new Date(world.clock)
  const live = last.ring.keys.filter(key => isLive(key, now)).map(key => secretOf(stage, key.id))
  if (document.keys.some(key => live.includes(key.secret))) return
  const next = record.rings[placeOf(stage, newest.secret) + 1]
  const promised = next === undefined ? Infinity : next.updatedAt.getTime() + overlapOf(next)
  mustHold(world.ledger, world.clock >= promised, 'consumers have a key that the vendor signs with')
}
