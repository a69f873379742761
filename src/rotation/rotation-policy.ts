import type { Contract, SecondRotation } from '../contracts/contract'
import { Problem } from './problem'
import type { Secret } from './secret'

/** What the caller of a rotation chose. */
export interface RotateChoice {
  /** Null: not given. */
  readonly overlapSeconds: number | null
  readonly ownSecret: Secret | null
  readonly reason: string | null
  readonly forced: boolean
}

/** The contract's rules for one rotation, with what the caller chose. */
export interface RotationPolicy {
  /** How long the current key keeps working; 0 ends it, and every older key, at once. */
  readonly overlapSeconds: number
  readonly secondRotation: SecondRotation
  /** The caller forces a rotation that `reject` would refuse. */
  readonly forced: boolean
  readonly cooldownSeconds: number
}

/**
 * The policy of one rotation of an endpoint of `contract`.
 * @throws {Problem} `invalid-request` when the contract does not leave that overlap to the caller
 */
export function rotationPolicyOf(contract: Contract, choice: RotateChoice): RotationPolicy {
  return {
    overlapSeconds: overlapSeconds(contract, choice.overlapSeconds),
    secondRotation: contract.secondRotation,
    forced: choice.forced,
    cooldownSeconds: contract.cooldownSeconds,
  }
}

function overlapSeconds({ name, overlap }: Contract, chosen: number | null): number {
  if (overlap.kind === 'chosen') return withinMaximum(overlap, chosen ?? overlap.defaultSeconds)
  const own = overlap.kind === 'none' ? 0 : overlap.seconds
  if (chosen !== null && chosen !== own) refuse('overlapSeconds', `must be ${own} at an endpoint of ${name}`)
  return own
}

function withinMaximum({ field, maximumSeconds }: { field: string; maximumSeconds: number }, seconds: number): number {
  if (seconds > maximumSeconds) refuse(field, `must not be longer than ${maximumSeconds} seconds`)
  return seconds
}

function refuse(path: string, message: string): never {
  throw new Problem('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })
}
