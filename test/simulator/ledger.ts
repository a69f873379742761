import type { SecondRotation } from '../../src/contracts/contract'
import type { Endpoint } from '../../src/rotation/endpoint'
import type { Answer, Operation } from './operation'

export interface Answered {
  readonly operation: Operation
  readonly answer: Answer
}

/** What is known of a run from outside: all that was committed, shown and answered. */
export interface Ledger {
  readonly secondRotation: SecondRotation
  /** The first broken invariant. */
  violation: string | null
  /** The states that changes made, by incarnation, oldest first. */
  readonly histories: Map<string, Endpoint[]>
  /** What is stored now, by table key. */
  readonly stored: Map<string, Endpoint>
  /** The latest revision that was ever marked as settled, by endpoint id. */
  readonly settledUpTo: Map<string, number>
  /** The version that holds AWSCURRENT, by the mirror's name. */
  readonly current: Map<string, string>
  /** The sealed secrets, by key id. */
  readonly secrets: Map<string, string>
  readonly answered: Answered[]
}

export function newLedger(secondRotation: SecondRotation): Ledger {
  return {
    secondRotation,
    violation: null,
    histories: new Map(),
    stored: new Map(),
    settledUpTo: new Map(),
    current: new Map(),
    secrets: new Map(),
    answered: [],
  }
}

/** Notes that an invariant is broken, unless one is already. */
export function mustHold(ledger: Ledger, holds: boolean, invariant: string): void {
  if (!holds) ledger.violation ??= invariant
}
