import { advanceTo } from '../clock'
import { mustHold } from '../ledger'
import { runCallers } from '../scheduler'
import type { HookBed } from './bed'
import { gently } from './plan'
import { beginRotation, tryRotation, unfinishedToken } from './rotations'
import { overlapOf, readDocument, secretOf } from './stored-document'

const dayMilliseconds = 86_400_000
const maximumTries = 8

/** Lets everything arrive that is still on its way, and ends all that it starts. */
export async function letArrive(stage: HookBed): Promise<void> {
  const { world } = stage
  stage.rough = false
  while (world.ledger.violation === null) {
    await goOn(stage)
    const [late] = world.late
    if (late === undefined) return
    await advanceTo(world, late.at)
  }
}

/** After the last fault: the last rotation comes to its end, or stops by its rule, and then ends once it may go on. */
export async function checkEnd(stage: HookBed): Promise<void> {
  const { record, plan, world } = stage
  const end = await endLastRotation(stage)
  mustHold(world.ledger, end === 'done' || !plan.isSmooth, 'the hook stops only where a reply may be lost')
  if (end === 'done' && record.disorder.size === 0) return checkConsumers(stage)
  if (!plan.isFollowed) return
  if ((await followUp(stage)) === 'stopped') await goOnByHand(stage)
  checkConsumers(stage)
}

/** Another rotation. One that stops again has asked for nothing. */
async function followUp(stage: HookBed): Promise<End> {
  const { record, world } = stage
  const made = record.rings.length
  const end = await rotateOnceMore(stage)
  mustHold(world.ledger, end === 'done' || record.rings.length === made, 'a hook that has stopped makes no secret')
  return end
}

async function goOnByHand(stage: HookBed): Promise<void> {
  await release(stage)
  const end = await rotateOnceMore(stage)
  mustHold(stage.world.ledger, end === 'done', 'the hook goes on once its intents are gone')
}

/** What the guide says: once consumers can bear it, the intents are taken away. */
async function release({ world, own, record }: HookBed): Promise<void> {
  await advanceTo(world, world.clock + Math.max(0, ...record.rings.map(overlapOf)))
  for (const name of Object.keys(own.tags)) Reflect.deleteProperty(own.tags, name)
  record.released = true
}

/** Consumers have the vendor's current secret, and nothing is left of any rotation. */
function checkConsumers(stage: HookBed): void {
  const { own, record, world } = stage
  const current = secretOf(stage, record.rings.at(-1)?.ring.keys[0].id ?? '')
  const held = readDocument(stage, record.current)?.keys[0]?.secret
  mustHold(world.ledger, held === current, 'consumers end with the vendor’s current secret')
  mustHold(world.ledger, Object.keys(own.tags).length === 0, 'no intent is left')
}

type End = 'done' | 'stopped'

async function rotateOnceMore(stage: HookBed): Promise<End> {
  stage.record.disorder.clear()
  beginRotation(stage)
  await goOn(stage)
  return endLastRotation(stage)
}

async function endLastRotation(stage: HookBed): Promise<End> {
  const { record, world } = stage
  for (let tries = 0; tries < maximumTries; tries++) {
    const token = unfinishedToken(stage)
    if (token === null) return 'done'
    record.lastCode = null
    tryRotation(stage, token)
    await goOn(stage)
    if (record.lastCode === 'lost-reply') return 'stopped'
    await makeWay(stage, record.lastCode ?? '')
  }
  mustHold(world.ledger, unfinishedToken(stage) === null, `a rotation ends: ${record.lastCode}`)
  return 'done'
}

const refusals = ['vendor-conflict', 'vendor-refused', 'vendor-rate-limited']
const deadEnds = ['secret-differs', 'not-pending']

/** Does what whoever reads the alarm would do: waits while the vendor refuses, or begins a new rotation. */
async function makeWay(stage: HookBed, code: string): Promise<void> {
  if (refusals.includes(code)) await advanceTo(stage.world, stage.world.clock + dayMilliseconds)
  if (!deadEnds.includes(code)) return
  beginRotation(stage)
  await goOn(stage)
}

function goOn({ world, plan }: HookBed): Promise<void> {
  return runCallers(world, gently(plan))
}
