import type { Role } from '../contracts/dimensions'

/** Who calls, once the credential has been verified. */
export type Principal = SessionPrincipal | ApiKeyPrincipal

export interface SessionPrincipal {
  readonly kind: 'session'
  /** The token's subject. */
  readonly id: string
  readonly role: Role
  readonly tenantIds: readonly string[]
}

export interface ApiKeyPrincipal {
  readonly kind: 'api-key'
  /** The key's public id. */
  readonly id: string
  /** The only contract at which the key is valid. */
  readonly contract: string
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly plan: string | null
}
