import { createHash } from 'node:crypto'

/** What is stored of an API key. Its text is nowhere: only the text's SHA-256, in hex. */
export interface ApiKey {
  readonly sha256: string
  /** Public: what it is listed and revoked by. */
  readonly id: string
  /** What its owner calls it. */
  readonly name: string
  readonly contract: string
  /** It acts for whichever tenant a request names, and `tenantIds` is empty. */
  readonly allTenants: boolean
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly plan: string | null
  readonly createdAt: Date
  /** Null: nobody wrote it down when the API key was made. */
  readonly createdBy: Maker | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  /** Null: it is not revoked, or nobody wrote it down. */
  readonly revokedBy: Maker | null
  /** The hour, in UTC, in which it was last seen; null: it was not, since such hours are written down. */
  readonly lastUsedAt: Date | null
}

/** Public ids of API keys. */
export const apiKeyIdPattern = /^[\w-]{1,64}$/

/** Who makes and ends API keys: another API key, by its public id, or an operator by the command. */
export interface Maker {
  readonly kind: 'api-key' | 'operator'
  readonly id: string
}

/** The command writes to the table as whoever runs it: CloudTrail knows who that was. */
export const operator: Maker = { kind: 'operator', id: 'keyturn keys' }

export interface Ending {
  readonly at: Date
  readonly by: Maker
}

export interface ApiKeyRange {
  readonly limit: number
  /** The public id after which the page begins. */
  readonly after: string | null
  /** Only API keys that name this tenant; null: any. */
  readonly tenantId: string | null
}

export interface ApiKeyPage {
  /** By their public ids. */
  readonly items: readonly ApiKey[]
  /** Pass it on to get the next page; null: this was the last. */
  readonly next: string | null
}

/** Where API keys are kept. Making and ending one is one step with a record of it for each tenant that it names. */
export interface ApiKeyStore {
  /** `fresh`: read consistently. Else the answer may be up to 30 s old. */
  find(sha256: string, freshness: 'fresh' | 'cached'): Promise<ApiKey | null>
  /** Repeatable. @throws {RangeError} when the public id is taken */
  create(apiKey: ApiKey): Promise<void>
  /** Reads consistently. */
  load(id: string): Promise<ApiKey | null>
  /** All API keys, read consistently, in no order. */
  list(): Promise<readonly ApiKey[]>
  /** A page of those that name their tenants. */
  listOfTenants(range: ApiKeyRange): Promise<ApiKeyPage>
  /** The API key as it is from now on; null: none has this public id. Revoking twice keeps time and actor of the first. */
  revoke(id: string, ending: Ending): Promise<ApiKey | null>
  /** Writes the hour down, unless a later one stands there. */
  noteUse(sha256: string, hour: Date, signal: AbortSignal): Promise<void>
}

/** What is kept of an API key: SHA-256 of its text in UTF-8, in hex. At 256 random bits no salt is needed. */
export function apiKeyHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

export type ApiKeyState = 'active' | 'expired' | 'revoked'

export function stateOf({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): ApiKeyState {
  if (revokedAt !== null) return 'revoked'
  return expiresAt === null || now < expiresAt ? 'active' : 'expired'
}
