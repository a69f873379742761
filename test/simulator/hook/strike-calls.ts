import { defaultLostReplyRule } from '../../../src/rotation-hook/ports'
import { startCaller } from '../callers'
import { advanceTo, nextEventAt } from '../clock'
import { type Fault, serve } from '../network'
import { seededRandom } from '../random'
import { drained, type World } from '../world'
import { newBed } from './new-bed'
import type { HookPlan } from './plan'
import type { HookSetting } from './settings'
import { runHook } from './simulate-hook'

const stepMilliseconds = 5

export interface Struck {
  /** Calls of the hook, and of the vendor on its behalf, in the one rotation. */
  readonly calls: number
  /** The first broken invariant, with the call and the fault that broke it; null: none. */
  readonly violation: string | null
}

/** One rotation whose every step runs twice, once for each of its calls and each fault that strikes it. */
export async function strikeEveryCall(setting: HookSetting, faults: readonly Fault[]): Promise<Struck> {
  const { calls, violation } = await rotateStruck(setting, null)
  if (violation !== null) return { calls, violation }
  for (let at = 0; at < calls; at++) {
    for (const fault of faults) {
      const struck = await rotateStruck(setting, { at, fault })
      if (struck.violation !== null) return { calls, violation: `${struck.violation}: ${fault} at call ${at}` }
    }
  }
  return { calls, violation: null }
}

interface Strike {
  /** Which call, counted from 0. */
  readonly at: number
  readonly fault: Fault
}

async function rotateStruck(setting: HookSetting, strike: Strike | null): Promise<Struck> {
  const stage = await newBed(seededRandom(strike?.at ?? 0), planOf(setting), {})
  let calls = 0
  const violation = await runHook(stage, async () => {
    calls = await serveInOrder(stage.world, strike)
  })
  return { calls, violation }
}

function planOf(setting: HookSetting): HookPlan {
  return {
    ...setting,
    secondRotation: setting.contract.secondRotation,
    lostReply: defaultLostReplyRule(setting.contract),
    first: 'secret',
    mirror: 'on',
    rotations: 1,
    tries: 3,
    whilePending: 'try-again',
    repeatRate: 1,
    overlapping: false,
    byHand: false,
    start: [],
    operations: [],
    faultRate: 0,
    faults: [],
    leapRate: 0,
    leaps: [0],
    sweepsMeanwhile: false,
    isFollowed: true,
    isSmooth: false,
  }
}

/** Lets every process begin at once and answers one call after the other, but for the one that is struck. */
async function serveInOrder(world: World, strike: Strike | null): Promise<number> {
  let calls = 0
  for (;;) {
    const ready = world.callers.find(({ state }) => state === 'ready')
    const call = world.waiting.find(({ sent }) => !sent)
    if (ready) void startCaller(world, ready)
    else if (call) serve(world, call, calls++ === strike?.at ? strike.fault : 'answer')
    else if (world.callers.every(({ state }) => state !== 'running')) return calls
    else await advanceTo(world, nextEventAt(world) ?? world.clock)
    await drained()
    await advanceTo(world, world.clock + stepMilliseconds)
  }
}
