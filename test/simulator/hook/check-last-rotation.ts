import { advanceTo, runCallers } from '../scheduler'
import { mustHold } from '../world'
import { type HookBed, overlapOf, readDocument, secretOf } from './bed'
import { gently } from './plan'
import { beginRotation, tryRotation, unfinishedToken } from './rotations'

const dayMilliseconds = 86_400_000
const maximumTries = 8

/** Lets everything arrive that is still on its way, and ends all that it starts. */
export async function letArrive(bed: HookBed): Promise<void> {
  const { world } = bed
  bed.rough = false
  while (world.ledger.violation === null) {
    await goOn(bed)
    const [late] = world.late
    if (late === undefined) return
    await advanceTo(world, late.at)
  }
}

/** After the last fault: the last rotation comes to its end, or stops by its rule, and then ends once it may go on. */
export async function checkLastRotation(bed: HookBed): Promise<void> {
  const { record, plan, world } = bed
  const end = await endLastRotation(bed)
  mustHold(world.ledger, end === 'done' || !plan.isSmooth, 'the hook stops only where a reply may be lost')
  if (end === 'done' && record.disorder.size === 0) return checkConsumers(bed)
  if (!plan.isFollowed) return
  if ((await followUp(bed)) === 'stopped') await goOnByHand(bed)
  checkConsumers(bed)
}

/** Another rotation. One that stops again has asked for nothing. */
async function followUp(bed: HookBed): Promise<End> {
  const { record, world } = bed
  const made = record.rings.length
  const end = await rotateOnceMore(bed)
  mustHold(world.ledger, end === 'done' || record.rings.length === made, 'a hook that has stopped makes no secret')
  return end
}

async function goOnByHand(bed: HookBed): Promise<void> {
  await release(bed)
  const end = await rotateOnceMore(bed)
  mustHold(bed.world.ledger, end === 'done', 'the hook goes on once its intents are gone')
}

/** What the guide says: once consumers can bear it, the intents are taken away. */
async function release({ world, rotatedSecret, record }: HookBed): Promise<void> {
  await advanceTo(world, world.clock + Math.max(0, ...record.rings.map(overlapOf)))
  for (const name of Object.keys(rotatedSecret.tags)) Reflect.deleteProperty(rotatedSecret.tags, name)
  record.released = true
}

/** Consumers have the vendor's current secret, and nothing is left of any rotation. */
function checkConsumers(bed: HookBed): void {
  const { rotatedSecret, record, world } = bed
  const current = secretOf(bed, record.rings.at(-1)?.ring.keys[0].id ?? '')
  const held = readDocument(bed, record.current)?.keys[0]?.secret
  mustHold(world.ledger, held === current, 'consumers end with the vendor’s current secret')
  mustHold(world.ledger, Object.keys(rotatedSecret.tags).length === 0, 'no intent is left')
}

type End = 'done' | 'stopped'

async function rotateOnceMore(bed: HookBed): Promise<End> {
  bed.record.disorder.clear()
  beginRotation(bed)
  await goOn(bed)
  return endLastRotation(bed)
}

async function endLastRotation(bed: HookBed): Promise<End> {
  const { record, world } = bed
  for (let tries = 0; tries < maximumTries; tries++) {
    const token = unfinishedToken(bed)
    if (token === null) return 'done'
    record.lastCode = null
    tryRotation(bed, token)
    await goOn(bed)
    if (record.lastCode === 'lost-reply') return 'stopped'
    await makeWay(bed, record.lastCode ?? '')
  }
  mustHold(world.ledger, unfinishedToken(bed) === null, `a rotation ends: ${record.lastCode}`)
  return 'done'
}

const refusals = ['vendor-conflict', 'vendor-refused', 'vendor-rate-limited']
const deadEnds = ['secret-differs', 'not-pending']

/** Does what whoever reads the alarm would do: waits while the vendor refuses, or begins a new rotation. */
async function makeWay(bed: HookBed, code: string): Promise<void> {
  if (refusals.includes(code)) await advanceTo(bed.world, bed.world.clock + dayMilliseconds)
  if (!deadEnds.includes(code)) return
  beginRotation(bed)
  await goOn(bed)
}

function goOn({ world, plan }: HookBed): Promise<void> {
  return runCallers(world, gently(plan))
}
