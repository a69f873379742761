import { arrive, giveUp, kill, timedOut } from './network'
import { drained, traceStep, type World } from './world'

interface Due {
  readonly at: number
  readonly happen: () => void
}

/** When the next thing happens by itself, or null. */
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
