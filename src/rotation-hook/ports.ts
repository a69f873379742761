import type { Contract } from '../contracts/contract'
import type { Log } from '../core/log'
import type { Secret } from '../core/secret'

export interface HookDeps {
  readonly rotatedSecret: RotatedSecret
  readonly vendor: Vendor
  readonly contract: Contract
  readonly endpointId: string
  /** Empty where the credential alone says whose endpoint it is. */
  readonly tenantId: string
  /**
   * How long the secret before keeps working, where the contract leaves that to the caller; null: its default. Where the
   * receiver chooses the secret: how long receivers go on accepting the one before; null: an hour.
   */
  readonly overlapSeconds: number | null
  readonly lostReply: LostReplyRule
  /** A text that no other run of the hook has: its intent is known by it. */
  readonly newRunId: () => string
  /** For a secret that the vendor does not make. */
  readonly randomBytes: (count: number) => Buffer
  readonly now: () => Date
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: Log
}

/** One step of one rotation, after the guards. */
export interface StepWork {
  readonly secretId: string
  /** The id of the version that is being made. */
  readonly token: string
  readonly state: RotatedSecretState
  readonly currentVersionId: string
}

export interface RotatedSecretState {
  /** Labels by version id; versions without a label are not there. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly rotationEnabled: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface SecretVersion {
  readonly versionId: string
  readonly text: Secret
  readonly createdAt: Date
}

/** The secret that is rotated, as its rotation function may use it. Every call is repeatable. */
export interface RotatedSecret {
  describe(secretId: string): Promise<RotatedSecretState>
  /** Null: the version has no value. */
  read(secretId: string, versionId: string): Promise<SecretVersion | null>
  /** Stores the version's value as AWSPENDING. `differs`: it has another one already. */
  putPending(secretId: string, versionId: string, document: Secret): Promise<'stored' | 'differs'>
  /** Moves AWSCURRENT if `from` holds it: a compare-and-swap. */
  moveCurrent(secretId: string, move: { readonly from: string; readonly to: string }): Promise<'moved' | 'mismatch'>
  tag(secretId: string, name: string, value: string): Promise<void>
  untag(secretId: string, name: string): Promise<void>
}

/** What a reply says of a new secret. Null or undefined: nothing. */
export interface VendorRotation {
  readonly secret: Secret
  readonly keyId: string | null
  readonly version: number | null
  readonly tenantId: string | null
  readonly rotatedAt: Date | null
  /** When the secret before ends; null: it ended at once. Undefined: the contract knows, the reply does not say. */
  readonly previousExpiresAt: Date | null | undefined
}

/** What a read shows of the current secret: its last characters, or the contract's mask of it. */
export interface ShownSecret {
  readonly hint: string | null
  readonly mask: string | null
}

/** The vendor's side of one endpoint. Every call can throw a `VendorError`. */
export interface Vendor {
  /** `sending` is called right before the request is sent: what fails earlier has changed nothing. */
  rotate(idempotencyKey: string, sending: () => void): Promise<VendorRotation>
  /** Makes this the vendor's secret, where the vendor makes none. Repeatable with the same secret. */
  give(secret: Secret): Promise<void>
  /** The current secret once more; null: the vendor never shows it again. */
  reveal(): Promise<VendorRotation | null>
  /** Null: the vendor has no read that shows anything of the secret. */
  look(): Promise<ShownSecret | null>
}

/** What to do when the vendor may have made a secret that nobody has. */
export const lostReplyRules = ['rotate-again', 'stop-and-alarm'] as const
export type LostReplyRule = (typeof lostReplyRules)[number]

/**
 * The rule of a contract. Rotating again heals by itself, and is right wherever it ends no key that is still good: the
 * key that consumers have ended with the lost rotation, or stays for its overlap, or the vendor refuses. Where a second
 * rotation inside an overlap ends the older key, it would end the one that consumers are using: stop.
 */
export function defaultLostReplyRule({ overlap, secondRotation }: Contract): LostReplyRule {
  return overlap.kind !== 'none' && secondRotation?.kind === 'replace' ? 'stop-and-alarm' : 'rotate-again'
}
