import type { Contract } from '../contracts/contract'
import type { Log } from '../rotation/log'
import type { LostReplyRule } from './lost-reply-rule'
import type { OwnSecret, OwnSecretState } from './own-secret'
import type { Vendor } from './vendor'

export interface HookDeps {
  readonly own: OwnSecret
  readonly vendor: Vendor
  readonly contract: Contract
  readonly endpointId: string
  /** Empty where the credential alone says whose endpoint it is. */
  readonly tenantId: string
  /** How long the secret before keeps working, where the contract leaves that to the caller; null: its default. */
  readonly overlapSeconds: number | null
  readonly lostReply: LostReplyRule
  /** A text that no other run of the hook has: its intent is known by it. */
  readonly newRunId: () => string
  readonly now: () => Date
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: Log
}

/** One step of one rotation, after the guards. */
export interface StepWork {
  readonly secretId: string
  /** The id of the version that is being made. */
  readonly token: string
  readonly state: OwnSecretState
  readonly currentVersionId: string
}
