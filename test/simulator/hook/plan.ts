import { defaultLostReplyRule, type LostReplyRule } from '../../../src/rotation-hook/ports'
import type { Fault } from '../network'
import type { Plan } from '../plan'
import type { Random } from '../random'
import { type HookSetting, hookSettings } from './settings'

/** What one run of the hook starts from, what Secrets Manager does, and how rough it gets. */
export interface HookPlan extends Plan, HookSetting {
  readonly lostReply: LostReplyRule
  /** The secret's first value: the vendor's secret as plain text, or what a deployment puts there. */
  readonly first: 'secret' | 'placeholder'
  readonly mirror: 'on' | 'off'
  /** How often RotateSecret is called. */
  readonly rotations: number
  /** How often a rotation is tried, whole, before it is left pending. */
  readonly tries: number
  /** RotateSecret while another version is pending: that rotation is cancelled for a new one, or tried again. */
  readonly whilePending: 'cancel' | 'try-again'
  /** How likely a step runs once more. */
  readonly repeatRate: number
  /** Whether runs of the hook can overlap: a step that runs twice, and a rotation that is cancelled for another. */
  readonly overlapping: boolean
  /** Somebody rotates at the vendor by hand. */
  readonly byHand: boolean
  /** Where runs met, calls came late or the hook has stopped: whether one more rotation shows that all is well again. */
  readonly isFollowed: boolean
  /** Nothing goes wrong, and nothing meets. */
  readonly isSmooth: boolean
}

const everyFault: readonly Fault[] = ['throttle', 'drop-reply', 'late', 'repeat', 'crash-before', 'crash-after']
const diets: readonly (readonly Fault[])[] = [
  everyFault,
  ['drop-reply', 'crash-before', 'crash-after'],
  ['late', 'drop-reply'],
  ['throttle', 'drop-reply', 'crash-after'],
  ['late', 'crash-after'],
  ['late'],
]
/** Within a function's time; past it, and past what a late call may take; past most overlaps. */
const paces: readonly (readonly number[])[] = [
  [100, 500, 1500, 4000],
  [500, 1500, 4000, 8000],
  [6000, 30_000, 120_000, 300_000, 650_000],
  [1500, 70_000, 1_800_000, 7_200_000],
]

export function randomHookPlan(random: Random): HookPlan {
  const setting = random.pick(random.pick(hookSettings))
  const rough = {
    overlapping: random.chance(0.4),
    byHand: random.chance(0.1),
    faultRate: random.pick([0, 0.02, 0.06, 0.12, 0.25]),
    leapRate: random.pick([0, 0.02, 0.1]),
  }
  return {
    ...setting,
    secondRotation: setting.contract.secondRotation,
    lostReply: random.chance(0.1) ? 'stop-and-alarm' : defaultLostReplyRule(setting.contract),
    first: random.chance(0.8) ? 'secret' : 'placeholder',
    mirror: random.chance(0.3) ? 'on' : 'off',
    rotations: random.pick([1, 2, 2, 3]),
    tries: random.pick([1, 2, 3, 4]),
    whilePending: random.pick(['cancel', 'try-again']),
    repeatRate: random.pick([0, 0.1, 0.4]),
    start: [],
    operations: random.chance(0.2) ? [{ kind: 'sweep' }] : [],
    faults: random.pick(diets),
    leaps: random.pick(paces),
    sweepsMeanwhile: false,
    isFollowed: random.chance(0.4),
    ...rough,
    isSmooth: !rough.overlapping && !rough.byHand && rough.faultRate === 0 && rough.leapRate === 0,
  }
}

/** The rest of a run, once faults have stopped. */
export function gently(plan: HookPlan): HookPlan {
  return { ...plan, faultRate: 0, leapRate: 0, leaps: [1000], repeatRate: 0 }
}
