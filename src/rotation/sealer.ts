import type { Secret } from './secret'

/** What a sealed secret is bound to; opening it under any other context fails. Shown in CloudTrail. */
export interface SealContext {
  readonly tenantId: string
  readonly endpointId: string
  readonly keyId: string
}

/** Encrypts and decrypts one secret at a time. */
export interface Sealer {
  /** The ciphertext in base64. */
  seal(secret: Secret, context: SealContext): Promise<string>
  open(sealed: string, context: SealContext, signal?: AbortSignal): Promise<Secret>
}
