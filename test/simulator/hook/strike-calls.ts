import { secondRotationOf } from '../../../src/contracts/defaults'
import { defaultLostReplyRule } from '../../../src/rotation-hook/ports'
import type { Strike } from '../../faults/strikes'
import { startCaller } from '../callers'
import { serve } from '../network'
import { seededRandom } from '../random'
import { advanceTo, nextEventAt } from '../scheduler'
import { drained, type World } from '../world'
import type { HookPlan, HookSetting } from './plan'
import { newBed, runHook } from './simulate-hook'

const stepMilliseconds = 5

/** What came of one rotation, or of all that were struck. */
export interface StruckRotations {
  /** Calls of the hook, and of the vendor on its behalf, in the one rotation. */
  readonly calls: number
  /** The first broken invariant, with the call and the strike that broke it; null: none. */
  readonly violation: string | null
}

/** One rotation whose every step runs twice, once for each of its calls and each way to strike it. */
export async function strikeEveryCall(setting: HookSetting, ways: readonly Strike[]): Promise<StruckRotations> {
  const { calls, violation } = await rotateStruck(setting, null)
  if (violation !== null) return { calls, violation }
  for (let at = 0; at < calls; at++) {
    for (const strike of ways) {
      const struck = await rotateStruck(setting, { at, strike })
      if (struck.violation !== null) return { calls, violation: `${struck.violation}: ${strike} at call ${at}` }
    }
  }
  return { calls, violation: null }
}

interface StruckCall {
  /** Which call, counted from 0. */
  readonly at: number
  readonly strike: Strike
}

async function rotateStruck(setting: HookSetting, struck: StruckCall | null): Promise<StruckRotations> {
  const bed = await newBed(seededRandom(struck?.at ?? 0), planOf(setting), {})
  let calls = 0
  const violation = await runHook(bed, async () => {
    calls = await serveInOrder(bed.world, struck)
  })
  return { calls, violation }
}

function planOf(setting: HookSetting): HookPlan {
  return {
    ...setting,
    secondRotation: secondRotationOf(setting.contract),
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
async function serveInOrder(world: World, struck: StruckCall | null): Promise<number> {
  let calls = 0
  for (;;) {
    const ready = world.callers.find(({ state }) => state === 'ready')
    const call = world.waiting.find(({ sent }) => !sent)
    if (ready) void startCaller(world, ready)
    else if (call) serve(world, call, calls++ === struck?.at ? struck.strike : 'answer')
    else if (world.callers.every(({ state }) => state !== 'running')) return calls
    else await advanceTo(world, nextEventAt(world) ?? world.clock)
    await drained()
    await advanceTo(world, world.clock + stepMilliseconds)
  }
}
