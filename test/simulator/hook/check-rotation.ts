import { rememberSeconds } from '../../../src/rotation/change'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mustHold } from '../ledger'
import { endpointId, type HookBed, tenantId } from './bed'
import { checkReaders } from './check-consumers'
import { askedBy } from './record'
import { readDocument, secretOf } from './stored-document'

/** Notes every rotation at the vendor as soon as it is made, and checks whether the hook might make it. */
export function noteRotation(stage: HookBed): void {
  const { world, record } = stage
  const stored = world.cloud.state.table.endpoints.get(`${tenantId}#${endpointId}`)?.endpoint
  const before = record.rings.at(-1)
  if (stored === undefined || stored.ring.version === before?.ring.version) return
  record.rings.push(stored)
  if (before !== undefined) checkRotation(stage, before, stored)
}

function checkRotation(stage: HookBed, before: Endpoint, made: Endpoint): void {
  const { record, plan } = stage
  const asked = askedBy(made)
  if (asked === null) record.disorder.add('rotated-by-hand')
  else {
    if (asked.place <= record.latest) record.disorder.add('late-request')
    record.latest = Math.max(record.latest, asked.place)
    if (plan.contract.vendorReplays) checkOnce(stage, before, made)
    if (plan.lostReply === 'stop-and-alarm') checkAllowed(stage, before)
  }
  checkReaders(stage)
}

/** A replaying vendor makes one secret for one rotation, unless another came between, or it has forgotten. */
function checkOnce({ world }: HookBed, before: Endpoint, made: Endpoint): void {
  const isForgotten = made.updatedAt.getTime() - before.updatedAt.getTime() >= rememberSeconds * 1000
  const isSecond = askedBy(before)?.token === askedBy(made)?.token
  mustHold(world.ledger, isForgotten || !isSecond, 'a vendor that replays makes one secret for one rotation')
}

/** Where the rule is to stop, the hook rotates only once consumers have what it made before. */
function checkAllowed(stage: HookBed, before: Endpoint): void {
  const { world, record } = stage
  if (askedBy(before) === null || stage.plan.byHand || record.released) return
  const held = readDocument(stage, record.current)?.keys[0]?.secret
  mustHold(world.ledger, held === secretOf(stage, before.ring.keys[0].id), 'the hook never rotates twice by itself')
}
