import { createHash, createHmac } from 'node:crypto'
import type { Scope } from '../contracts/dimensions'

/**
 * A platform lets one person see one tenant's keys, and rotate them, for some minutes. Neither its code nor its token is
 * stored: only their SHA-256, in hex.
 */
export interface PortalSession {
  /** Public: what the session is named by. */
  readonly id: string
  readonly tenantId: string
  /** Whoever the platform says it is: an id that only the platform can read. */
  readonly subject: string
  /** What the page calls the person; null: by the subject. */
  readonly displayName: string | null
  readonly scopes: readonly Scope[]
  /** The only endpoints that it reaches; null: all of the tenant's. */
  readonly endpointIds: readonly string[] | null
  /** The origins of pages that may frame it; none: it is a page by itself. */
  readonly parentOrigins: readonly string[]
  /** When the person last signed in; null: the platform does not say. */
  readonly authenticatedAt: Date | null
  readonly returnUrl: string | null
  readonly locale: string | null
  readonly theme: 'light' | 'dark' | null
  /** The API key that made it, whose end is its end too. */
  readonly via: { readonly id: string; readonly sha256: string }
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly codeSha256: string
  /** Null: its code has not been exchanged. */
  readonly exchange: Exchange | null
}

/** What a code was exchanged for. The first exchange is the only one, but for its repeats. */
export interface Exchange {
  readonly nonceSha256: string
  readonly tokenSha256: string
  readonly at: Date
}

/** Where portal sessions are kept, read consistently. Making and ending is one step with a record of it. */
export interface PortalSessionStore {
  create(session: PortalSession): Promise<void>
  /** Null: there is none, or it was ended, be it with all of its subject or of its tenant. */
  findLive(id: string): Promise<PortalSession | null>
  /** The session with its first exchange, which is this one unless another came before; null: there is none. */
  exchange(id: string, exchange: Exchange): Promise<PortalSession | null>
  /** Repeatable. False: the tenant has no such session. */
  end(tenantId: string, id: string, ending: PortalEnding): Promise<boolean>
  /** Ends all sessions that were made before, of a subject, or of the tenant where that is null. */
  endAll(tenantId: string, subject: string | null, ending: PortalEnding): Promise<void>
}

/** Who ends sessions: an API key, or a session itself, by its subject. */
export interface PortalEnding {
  /** What the record of an ending of all is called. */
  readonly id: string
  readonly at: Date
  readonly by: { readonly kind: 'api-key' | 'portal'; readonly id: string }
}

/** The part of the store that tells who calls. */
export type LivePortalSessions = Pick<PortalSessionStore, 'findLive'>

export const portalSessionIdPattern = /^ps_([0-9a-z]{24})$/
const codePattern = /^kpc_([0-9a-z]{24})\.[\w-]{43}$/
const tokenPattern = /^kps_([0-9a-z]{24})\.[\w-]{43}$/
export const tokenPrefix = 'kps_'

/** The id of the session that a code is for; null: it is none. */
export function idOfCode(code: string): string | null {
  const [, place] = codePattern.exec(code) ?? []
  return place === undefined ? null : `ps_${place}`
}

/** The id of the session that a token is of; null: it is none. */
export function idOfToken(token: string): string | null {
  const [, place] = tokenPattern.exec(token) ?? []
  return place === undefined ? null : `ps_${place}`
}

/** What tells sessions apart in codes, tokens and names of cookies. */
export function placeOf(id: string): string {
  return id.slice('ps_'.length)
}

/** The cookie of a page by itself, one a session: two tenants in one browser keep apart. `__Host-` is RFC 6265bis, 4.1.3.2. */
export function cookieNameOf(id: string): string {
  return `__Host-kt-${placeOf(id)}`
}

/** A cookie of any session, and its name. */
export const cookiePattern = /^(__Host-kt-[0-9a-z]{24})=/

/** A code for one use. `random` has 32 bytes. */
export function codeOf(id: string, random: Buffer): string {
  return `kpc_${placeOf(id)}.${random.toString('base64url')}`
}

/** The token that a code and a nonce give: a repeat whose reply was lost gets the same. */
export function tokenOf(id: string, code: string, nonce: string): string {
  return `${tokenPrefix}${placeOf(id)}.${createHmac('sha256', code).update(nonce).digest('base64url')}`
}

/** What is kept of a code, a nonce and a token. At 256 random bits no salt is needed. */
export function portalHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
