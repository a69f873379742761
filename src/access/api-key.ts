import { createHash } from 'node:crypto'

/** What is stored of an API key. Its text is nowhere: only the text's SHA-256, in hex. */
export interface ApiKey {
  readonly sha256: string
  /** Public: what it is listed and revoked by. */
  readonly id: string
  /** What its owner calls it. */
  readonly name: string
  readonly contract: string
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly plan: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

export interface ApiKeyStore {
  /** `fresh`: read consistently. Else the answer may be up to 30 s old. */
  find(sha256: string, freshness: 'fresh' | 'cached'): Promise<ApiKey | null>
  /** @throws {RangeError} when the public id is taken */
  create(apiKey: ApiKey): Promise<void>
  list(): Promise<readonly ApiKey[]>
  /** `missing`: no API key has this public id. Revoking twice keeps the first time. */
  revoke(id: string, at: Date): Promise<'revoked' | 'missing'>
}

/** What is kept of an API key: SHA-256 of its text in UTF-8, in hex. At 256 random bits no salt is needed. */
export function apiKeyHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
