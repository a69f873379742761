import type { SecondRotation } from '../contracts/contract'

/** The contract's rules for one rotation, with what the caller chose. */
export interface RotationPolicy {
  /** How long the current key keeps working; 0 ends it, and every older key, at once. */
  readonly overlapSeconds: number
  readonly secondRotation: SecondRotation
  /** The caller forces a rotation that `reject` would refuse. */
  readonly forced: boolean
  readonly cooldownSeconds: number
}
