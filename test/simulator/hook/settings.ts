import type { Contract } from '../../../src/contracts/contract'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { ferrypost } from '../../unit/contracts/made-up/ferrypost'
import { quarterdeck } from '../../unit/contracts/made-up/quarterdeck'
import { twokeys } from '../../unit/contracts/made-up/twokeys'
import { untilnoon } from '../../unit/contracts/made-up/untilnoon'
import { verbena } from '../../unit/contracts/made-up/verbena'

/** The vendor of one run, and what its hook is set to. */
export interface HookSetting {
  readonly contract: Contract
  /** How long the key before is to live, where the contract leaves it to the caller; null: its default. */
  readonly overlapSeconds: number | null
}

const replace = { kind: 'replace' } as const
const reject = { kind: 'reject' } as const

/** Overlap and older keys kept, the vendor replaying or not; older keys replaced or a second rotation refused; no overlap. */
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
]

function set(contract: Contract, overlapSeconds: number | null = null): HookSetting {
  return { contract: { ...contract, rotationResetsFailures: true }, overlapSeconds }
}
