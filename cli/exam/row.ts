import type { Scheme } from '../../src/verify'
import type { Bed, TestDelivery } from './deliveries'
import type { ReceiverSecrets } from './secrets'

// One line of an exam.

/** One delivery and what is right. */
export interface Row {
  /** Stays the same from version to version. */
  readonly id: string
  readonly must: 'accept' | 'refuse'
  /** What is sent, for people. */
  readonly what: string
  /** What a wrong answer says of the receiver. */
  readonly fault: string
  /** What is sent; or why nothing is. */
  readonly test: (() => TestDelivery) | NotApplicable
  /** Present: to accept it is no fault, for this reason; to refuse it is right all the same. */
  readonly mayAccept?: string
}

/** Nothing could be told by it. */
export interface NotApplicable {
  readonly reason: string
}

/** Everything that deliveries are signed with. */
export interface Keys extends ReceiverSecrets {
  /** Of an endpoint that is not the receiver's. Null: none is known. */
  readonly other: string | null
  /** One that nobody has. */
  readonly foreign: string
}

/** Whether a header has room for several signatures, or there is one for the key before. */
export function takesSeveral({ signature, previous }: Scheme): boolean {
  return signature.form !== 'single' || previous !== undefined
}

/** Where the signature stands in the body, receivers parse it before they verify it. Null: it does not. */
export function inBody({ dialect }: Bed): NotApplicable | null {
  return dialect.scheme.inBody === undefined ? null : { reason: 'the signature stands in the body' }
}
