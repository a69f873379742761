import * as v from 'valibot'
import type { AuditKind } from '../rotation/change'

// How the kind of a change is stored. Functions from before know fewer kinds, and must be able to read what is written beside
// them: each later kind is stored as the one it is most like, and as a `step` that they leave out.

const steps = { publish: 'rotate', promote: 'rotate', abandon: 'revoke', 'roll-back': 'rotate' } as const

type Step = keyof typeof steps

/** The stored kinds, by which a function from before reads a change. */
type StoredKind = Exclude<AuditKind, Step>

export const step = v.exactOptional(v.picklist(['publish', 'promote', 'abandon', 'roll-back']))

/** The attributes that hold the kind. */
export function kindItem(kind: AuditKind): { readonly kind: StoredKind; readonly step?: Step } {
  return isStep(kind) ? { kind: steps[kind], step: kind } : { kind }
}

function isStep(kind: AuditKind): kind is Step {
  return Object.hasOwn(steps, kind)
}
