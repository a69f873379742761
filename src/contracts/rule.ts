import type { Contract, Operation } from './contract'
import type { Fault } from './fault'

// A check says which members it reads, so that a contract of which one is no such thing is still told all about the others.

/** A check of what members mean together. */
export interface Rule {
  readonly reads: readonly string[]
  readonly faultsOf: (contract: Contract) => readonly Fault[]
}

/** The compiler holds the check to the members that it names. */
export function rule<Name extends keyof Contract>(
  reads: readonly Name[],
  faultsOf: (contract: Pick<Contract, Name>) => readonly Fault[],
): Rule {
  return { reads, faultsOf }
}

/** A check of each operation, whose faults begin with a member of it. */
export interface OperationRule {
  readonly reads: readonly string[]
  readonly ofOperation: readonly string[]
  readonly faultsOf: (contract: Contract, operation: Operation) => readonly Fault[]
}

type OperationMember = keyof Operation

/** As `rule`, with the members that the check reads of the operation. */
export function operationRule<Name extends keyof Contract, Member extends OperationMember>(
  reads: readonly Name[],
  ofOperation: readonly Member[],
  faultsOf: (contract: Pick<Contract, Name>, operation: Pick<Operation, Member>) => readonly Fault[],
): OperationRule {
  return { reads, ofOperation, faultsOf }
}
