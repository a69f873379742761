import { choosesSecret, type Contract } from '../../../src/contracts/contract'
import { secondRotationOf } from '../../../src/contracts/defaults'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { defaultLostReplyRule, type LostReplyRule } from '../../../src/rotation-hook/ports'
import { brambleway } from '../../unit/contracts/made-up/brambleway'
import { ferrypost } from '../../unit/contracts/made-up/ferrypost'
import { quarterdeck } from '../../unit/contracts/made-up/quarterdeck'
import { twokeys } from '../../unit/contracts/made-up/twokeys'
import { untilnoon } from '../../unit/contracts/made-up/untilnoon'
import { verbena } from '../../unit/contracts/made-up/verbena'
import type { Fault } from '../network'
import { everyFault, type Plan } from '../plan'
import type { Random } from '../random'

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

/** The vendor of one run, and what its hook is set to. */
export interface HookSetting {
  readonly contract: Contract
  /** How long the key before is to live, where the contract leaves it to the caller; null: its default. */
  readonly overlapSeconds: number | null
}

/** Our own API, but for the end of the key before: a number of its own format, deep in the reply. */
const withUnixEnds: Contract = {
  ...keyturn,
  operations: keyturn.operations.map(operation =>
    operation.use === 'rotate'
      ? {
          ...operation,
          reply: {
            status: 200,
            body: { data: { key: 'signingSecret', before: { $time: 'previousExpiresAt', format: 'unix-seconds' } } },
          },
        }
      : operation,
  ),
}

const replace = { kind: 'replace' } as const
const reject = { kind: 'reject' } as const

/**
 * Overlap and older keys kept, the vendor replaying or not; older keys replaced or a second rotation refused; no overlap;
 * the receiver chooses the secret.
 */
export const hookSettings: readonly (readonly HookSetting[])[] = [
  [set(keyturn), set(keyturn, 3600), set(keyturn, 0)],
  [
    set(teambattles),
    set(thesignup),
    set(untilnoon, 7200),
    set({ ...keyturn, vendorReplays: false }, 600),
    set(verbena),
  ],
  [set({ ...teambattles, secondRotation: replace }), set({ ...thesignup, secondRotation: replace }), set(twokeys)],
  [set(ferrypost, 3600), set({ ...keyturn, secondRotation: replace, vendorReplays: false })],
  [set({ ...keyturn, secondRotation: replace }), set(quarterdeck), set({ ...thesignup, secondRotation: reject })],
  [set(storno), set(tumban), set(featurebase), set(ferrypost)],
  [set(withUnixEnds, 3600), set({ ...withUnixEnds, vendorReplays: false }, 600)],
  [set(brambleway), set(brambleway, 600), set(brambleway, 0)],
]

function set(contract: Contract, overlapSeconds: number | null = null): HookSetting {
  return { contract: { ...contract, rotationResetsFailures: true }, overlapSeconds }
}

const faultMixes: readonly (readonly Fault[])[] = [
  everyFault,
  ['reply-lost', 'killed-before', 'killed-after'],
  ['late', 'reply-lost'],
  ['throttle', 'reply-lost', 'killed-after'],
  ['late', 'killed-after'],
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
    secondRotation: secondRotationOf(setting.contract),
    lostReply:
      random.chance(0.1) && !choosesSecret(setting.contract)
        ? 'stop-and-alarm'
        : defaultLostReplyRule(setting.contract),
    first: random.chance(0.8) ? 'secret' : 'placeholder',
    mirror: random.chance(0.3) ? 'on' : 'off',
    rotations: random.pick([1, 2, 2, 3]),
    tries: random.pick([1, 2, 3, 4]),
    whilePending: random.pick(['cancel', 'try-again']),
    repeatRate: random.pick([0, 0.1, 0.4]),
    start: [],
    operations: random.chance(0.2) ? [{ kind: 'sweep' }] : [],
    faults: random.pick(faultMixes),
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
