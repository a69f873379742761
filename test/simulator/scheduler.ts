import { startCaller } from './callers'
import { arrive, type Decision, giveUp, kill, serve, timedOut } from './network'
import type { Plan } from './plan'
import type { Random } from './random'
import { type Caller, drained, traceStep, type World } from './world'

const maximumSteps = 2000

/** Lets the callers go on, one call at a time in random order, until all have ended or died. */
export async function runCallers(world: World, plan: Plan): Promise<void> {
  for (let step = 0; step < maximumSteps; step++) {
    if (world.ledger.violation !== null) return
    if (!world.callers.some(isUnderWay)) return
    await advanceTo(world, world.clock + pause(world, plan))
    await letOneGoOn(world, plan)
  }
  world.ledger.violation ??= `callers end within ${maximumSteps} steps`
}

export function isUnderWay({ state }: Caller): boolean {
  return state === 'ready' || state === 'running'
}

/** How rough it gets while callers are under way. */
export type Roughness = Pick<Plan, 'faultRate' | 'faults' | 'leapRate' | 'leaps'>

/** Lets one caller go on by one call, or waits for what happens by itself. */
async function letOneGoOn(world: World, plan: Roughness): Promise<void> {
  const caller = nextCaller(world)
  if (caller) await letGoOn(world, caller, plan)
  else await waitForEvent(world)
}

/** Milliseconds until the next step: a few, or a leap. */
export function pause({ random, callers }: World, { leapRate, leaps }: Roughness): number {
  const isIdle = !callers.some(caller => caller.state === 'running')
  if (!random.chance(isIdle ? 0.5 : leapRate)) return random.below(30)
  return random.pick(leaps)
}

/** A caller that can begin or has a call that waits; the faster ones more often. */
export function nextCaller({ callers, waiting, random }: World): Caller | null {
  const able = callers.filter(
    caller => caller.state === 'ready' || waiting.some(call => call.caller === caller && !call.sent),
  )
  let place = random.below(able.reduce((sum, caller) => sum + caller.speed, 0))
  return able.find(caller => (place -= caller.speed) < 0) ?? null
}

export async function letGoOn(world: World, caller: Caller, plan: Roughness): Promise<void> {
  if (caller.state === 'ready') void startCaller(world, caller)
  else {
    const call = world.random.pick(world.waiting.filter(call => call.caller === caller && !call.sent))
    serve(world, call, decide(world.random, plan))
  }
  await drained()
}

function decide(random: Random, { faultRate, faults }: Roughness): Decision {
  return random.chance(faultRate) ? random.pick(faults) : 'answer'
}

async function waitForEvent(world: World): Promise<void> {
  const at = nextEventAt(world)
  if (at !== null) await advanceTo(world, at)
  else if (world.callers.some(isUnderWay)) world.ledger.violation ??= 'callers wait for something'
}

/** When the next thing happens by itself; null: nothing does. */
export function nextEventAt(world: World): number | null {
  return nextEvent(world)?.at ?? null
}

/** Lets time pass: late calls arrive, alarms ring, calls are given up and callers meet their time limit, in order. */
export async function advanceTo(world: World, to: number): Promise<void> {
  for (let next = nextEvent(world); next !== null && next.at <= to; next = nextEvent(world)) {
    world.clock = Math.max(world.clock, next.at)
    next.happen()
    await drained()
  }
  world.clock = Math.max(world.clock, to)
}

interface Due {
  readonly at: number
  readonly happen: () => void
}

/** The earliest of all that happens by itself; null: nothing does. */
function nextEvent(world: World): Due | null {
  let next: Due | null = null
  const offer = (at: number, happen: () => void): void => {
    if (next === null || at < next.at) next = { at, happen }
  }
  for (const late of world.late) offer(late.at, () => arrive(world, take(world.late, late).call))
  for (const alarm of world.alarms) {
    if (alarm.caller.state === 'running') offer(alarm.at, () => ringAlarm(world, take(world.alarms, alarm)))
  }
  for (const call of world.waiting) offer(call.givenUpAt, () => giveUp(world, call, timedOut))
  for (const caller of world.callers) {
    if (caller.state === 'running') offer(caller.diesAt, () => kill(world, caller))
  }
  return next
}

function ringAlarm(world: World, { caller, ring }: World['alarms'][number]): void {
  traceStep(world, caller.name, () => 'its alarm rings')
  ring()
  for (const call of world.waiting.filter(({ signal }) => signal?.aborted)) giveUp(world, call, call.signal?.reason)
}

function take<Item>(items: Item[], item: Item): Item {
  items.splice(items.indexOf(item), 1)
  return item
}
