import type { Secret } from '../rotation/secret'

/** What a reply says of a new secret. Null or undefined: nothing. */
export interface Rotated {
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
  rotate(idempotencyKey: string): Promise<Rotated>
  /** The current secret once more; null: the vendor never shows it again. */
  reveal(): Promise<Rotated | null>
  /** Null: the vendor has no read that shows anything of the secret. */
  look(): Promise<ShownSecret | null>
}
