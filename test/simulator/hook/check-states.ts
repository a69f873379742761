import type { Secret } from '../../../src/core/secret'
import { choosesSecret } from '../../../src/contracts/contract'
import { defaultGraceSeconds, type StoredDocument, type StoredKey } from '../../../src/rotation-hook/document'
import { rememberSeconds } from '../../../src/rotation/change'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { isLive, type Key } from '../../../src/rotation/ring'
import { holderOf } from '../../support/memory/memory-rotated-secret'
import { mustHold } from '../world'
import { askedBy, endpointId, type HookBed, overlapOf, placeOf, readDocument, secretOf, tenantId } from './bed'

// What must hold while the hook runs: of the secret after every change of it, of every document that is to be stored,
// and of every rotation at the vendor.

/** What holds of the secret after every change of it. */
export function checkCurrent(bed: HookBed): void {
  const { world, rotatedSecret, record } = bed
  const current = holderOf(rotatedSecret, 'AWSCURRENT')
  const document = readDocument(bed, current)
  mustHold(world.ledger, document !== null, 'AWSCURRENT is on a version with a value')
  checkGiven(bed)
  if (document === null || current === record.current) return
  const before = readDocument(bed, record.current)
  record.current = current
  // A secret that is given late is the vendor's newest one, whatever consumers have by then.
  const isGivenLate = choosesSecret(bed.plan.contract) && record.disorder.has('late-request')
  const inOrder = !record.disorder.has('put-out-of-turn') && !isGivenLate
  if (before !== null && inOrder) {
    mustHold(
      world.ledger,
      placeOf(bed, document.keys[0]?.secret) >= placeOf(bed, before.keys[0]?.secret),
      'consumers never go back to an older key',
    )
    mustHold(world.ledger, document.version >= before.version, 'versions never go back')
  }
  checkReaders(bed)
}

/**
 * Nobody is locked out: what consumers read holds a key that the vendor signs with, for as long as the rotation that
 * followed their newest key promised.
 */
function checkReaders(bed: HookBed): void {
  const { world, record, plan } = bed
  const document = readDocument(bed, record.current)
  const newest = document?.keys[0]
  const last = record.rings.at(-1)
  if (document === null || newest === undefined || last === undefined || plan.byHand) return
  const now = new Date(world.clock)
  const live = last.ring.keys.filter(key => isLive(key, now)).map(key => secretOf(bed, key.id))
  if (document.keys.some(key => live.includes(key.secret))) return
  const next = record.rings[placeOf(bed, newest.secret) + 1]
  const promised = next === undefined ? Infinity : next.updatedAt.getTime() + overlapOf(next)
  mustHold(world.ledger, world.clock >= promised, 'consumers have a key that the vendor signs with')
}

/**
 * Where the receiver chooses the secret, what consumers can read holds the one key that the vendor signs with: in what is
 * current, or in what is pending. Not while AWSPENDING is on a version without a value, and the rotation before it was
 * given up.
 */
function checkGiven(bed: HookBed): void {
  const { world, record, plan, rotatedSecret } = bed
  const last = record.rings.at(-1)
  if (!choosesSecret(plan.contract) || last === undefined || isExcused(bed)) return
  const pending = holderOf(rotatedSecret, 'AWSPENDING')
  const documents = [readDocument(bed, holderOf(rotatedSecret, 'AWSCURRENT')), readDocument(bed, pending)]
  if (pending !== null && documents[1] === null) return
  const held = documents.flatMap(document => document?.keys ?? []).map(({ secret }) => secret)
  mustHold(world.ledger, held.includes(secretOf(bed, last.ring.keys[0].id) ?? ''), givenInvariant)
}

export const givenInvariant = 'consumers can read the secret that the vendor was given'

/** Somebody else chose the vendor's secret, or a call came so late that no order can promise anything. */
function isExcused({ record, plan }: HookBed): boolean {
  const isFirst = record.rings.length === 1 && plan.first === 'placeholder'
  const isLate = record.rings.at(-1)?.ring.version === record.givenLate
  return isFirst || plan.byHand || isLate || record.disorder.has('put-out-of-turn')
}

/** Some contracts write their times in whole seconds. Until an instant is as long as a slow vendor makes it. */
const slackMilliseconds = { rounded: 1000, instant: 60_000 }

/** What holds of every document that is to be stored: the vendor made its secret, and its older keys end in time. */
export function checkStoredDocument(bed: HookBed, versionId: string, text: Secret): void {
  const { ledger } = bed.world
  if ((bed.rotatedSecret.versions.get(versionId)?.text ?? null) !== null) return
  const document = JSON.parse(text.reveal()) as StoredDocument
  const place = placeOf(bed, document.signingSecret)
  const made = bed.record.rings[place]
  const isChosen = choosesSecret(bed.plan.contract)
  mustHold(ledger, isChosen === (made === undefined), 'a stored secret is one that the vendor made, or gets later')
  mustHold(ledger, document.keys[0]?.secret === document.signingSecret, 'the signing secret is the newest key')
  mustHold(
    ledger,
    document.endpointId === endpointId && document.tenantId === tenantId,
    'a document names its endpoint',
  )
  mustHold(ledger, document.keys[0]?.expiresAt === null, 'the newest key does not expire')
  const latest = bed.world.clock + (isChosen ? graceOf(bed) : made === undefined ? 0 : overlapOf(made))
  for (const older of document.keys.slice(1)) checkOlderKey(bed, older, { ring: made?.ring.keys ?? [], latest })
}

/**
 * A key lives in the document for at least as long as the vendor signs with it, and no longer than the overlap from now.
 * The hook cannot know better after a lost reply, with which the overlap may have begun.
 */
function checkOlderKey(
  bed: HookBed,
  { secret, expiresAt }: StoredKey,
  { ring, latest }: { readonly ring: readonly Key[]; readonly latest: number },
): void {
  const { ledger } = bed.world
  const end = expiresAt === null ? Number.NaN : Date.parse(expiresAt)
  const known = ring.find(key => secretOf(bed, key.id) === secret)?.expiresAt?.getTime()
  const isKnown = choosesSecret(bed.plan.contract) || placeOf(bed, secret) !== -1
  mustHold(ledger, isKnown, 'an older key is one that the vendor made')
  mustHold(ledger, end <= latest, 'an older key ends with its overlap at the latest')
  if (known !== undefined && !bed.plan.byHand) {
    mustHold(ledger, end > known - slackOf(bed), 'an older key lives as long as it signs')
  }
}

function graceOf({ plan: { overlapSeconds } }: HookBed): number {
  return Math.max(overlapSeconds ?? 0, defaultGraceSeconds) * 1000
}

function slackOf({ plan: { contract } }: HookBed): number {
  const isInstant = contract.overlap.kind === 'chosen' && contract.overlap.unit === 'instant'
  return isInstant ? slackMilliseconds.instant : slackMilliseconds.rounded
}

/** Notes every rotation at the vendor as soon as it is made, and checks whether the hook might make it. */
export function noteRotation(bed: HookBed): void {
  const { world, record } = bed
  const stored = world.cloud.state.table.endpoints.get(`${tenantId}#${endpointId}`)?.endpoint
  const before = record.rings.at(-1)
  if (stored === undefined || stored.ring.version === before?.ring.version) return
  record.rings.push(stored)
  if (before !== undefined) checkRotation(bed, before, stored)
}

function checkRotation(bed: HookBed, before: Endpoint, made: Endpoint): void {
  const { record, plan } = bed
  const asked = askedBy(made)
  if (asked === null) record.disorder.add('rotated-by-hand')
  else {
    if (asked.place <= record.latest) {
      record.disorder.add('late-request')
      record.givenLate = made.ring.version
    }
    record.latest = Math.max(record.latest, asked.place)
    if (plan.contract.vendorReplays) checkOnce(bed, before, made)
    if (plan.lostReply === 'stop-and-alarm') checkAllowed(bed, before)
  }
  checkReaders(bed)
  checkGiven(bed)
}

/** A replaying vendor makes one secret for one rotation, unless another came between, or it has forgotten. */
function checkOnce({ world }: HookBed, before: Endpoint, made: Endpoint): void {
  const isForgotten = made.updatedAt.getTime() - before.updatedAt.getTime() >= rememberSeconds * 1000
  const isSecond = askedBy(before)?.token === askedBy(made)?.token
  mustHold(world.ledger, isForgotten || !isSecond, 'a vendor that replays makes one secret for one rotation')
}

/** Where the rule is to stop, the hook rotates only once consumers have what it made before. */
function checkAllowed(bed: HookBed, before: Endpoint): void {
  const { world, record } = bed
  if (askedBy(before) === null || bed.plan.byHand || record.released) return
  const held = readDocument(bed, record.current)?.keys[0]?.secret
  mustHold(world.ledger, held === secretOf(bed, before.ring.keys[0].id), 'the hook never rotates twice by itself')
}
