import type { Contract, CredentialPlace } from '../contracts/contract'
import { headerOfPlace, mostPreciseFirst, placesOf, startOf } from '../contracts/credential-places'
import type { Role } from '../contracts/dimensions'
import { matchesText } from '../contracts/secret-text'
import { Problem } from '../core/problem'
import { type ApiKey, apiKeyHash, type ApiKeyStore, stateOf } from './api-key'
import type { NoteUse } from './note-use'
import { headerOf, type RequestHeaders } from './credential'
import { authenticatePortal, meansPortalSession, type PortalDeps, type PortalPrincipal } from './portal-principal'

/** Who calls, once the credential has been verified. */
export type Principal = SessionPrincipal | ApiKeyPrincipal | PortalPrincipal

export interface SessionPrincipal {
  readonly kind: 'session'
  /** The token's subject. */
  readonly id: string
  readonly role: Role
  readonly tenantIds: readonly string[]
  /** When the person signed in. Absent: the token does not say. */
  readonly authenticatedAt?: Date
}

export interface ApiKeyPrincipal {
  readonly kind: 'api-key'
  /** The API key's public id. */
  readonly id: string
  readonly sha256: string
  /** The only contract at which the API key is valid. */
  readonly contract: string
  /** It acts for whichever tenant the request names, and `tenantIds` is empty. */
  readonly allTenants: boolean
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly plan: string | null
  readonly expiresAt: Date | null
}

export interface AccessDeps {
  readonly apiKeys: Pick<ApiKeyStore, 'find'>
  readonly noteUse: NoteUse
  /** @throws {Problem} `invalid-token`, `expired-token`, `unavailable` */
  readonly verifySession: (token: string) => Promise<SessionPrincipal>
  /** Null: the deployment has no portal, and no portal session is valid. */
  readonly portal: Pick<PortalDeps, 'sessions' | 'origin'> | null
  readonly now: () => Date
}

export interface CredentialRequest {
  readonly headers: RequestHeaders
  /** Each as `name=value`. */
  readonly cookies: readonly string[]
  /** What follows the `?`, still encoded. */
  readonly query: string
  /** `fresh`: the API key is read consistently. `cached`: as it was at most 30 s ago, but for that of a portal session. */
  readonly freshness: 'fresh' | 'cached'
}

export interface Authenticated {
  readonly principal: Principal
  /** Over once it is written down that the API key was used. It never rejects; a reply waits for it. */
  readonly noted: Promise<void>
}

/**
 * Who calls `contract`. A token that begins like the contract's API keys is one; any other is a session.
 * @throws {Problem} `missing-credentials`, `invalid-api-key`, `invalid-token`, `expired-token`, `unavailable`
 */
export async function authenticate(
  deps: AccessDeps,
  contract: Contract,
  request: CredentialRequest,
): Promise<Authenticated> {
  const { apiKey, sessions } = contract.credentials
  const token = readToken(placesOf(contract.credentials), request)
  if (deps.portal !== null && contract.credentials.portalScopes !== undefined && meansPortalSession(request, token)) {
    const { apiKeys, now, portal } = deps
    const principal = await authenticatePortal({ apiKeys, now, ...portal }, contract, { ...request, token })
    return { principal, noted: Promise.resolve() }
  }
  if (token === null) throw new Problem('missing-credentials', 'Credentials are missing or malformed.')
  if (apiKey !== undefined && token.startsWith(apiKey.prefix)) {
    if (!matchesText(apiKey, token)) throw invalidApiKey()
    const stored = await deps.apiKeys.find(apiKeyHash(token), request.freshness)
    if (stored === null || stored.contract !== contract.name) throw invalidApiKey()
    if (stateOf(stored, deps.now()) !== 'active') throw invalidApiKey()
    return { principal: principalOf(stored), noted: deps.noteUse(stored) }
  }
  if (sessions !== true) throw invalidApiKey()
  return { principal: await deps.verifySession(token), noted: Promise.resolve() }
}

function principalOf(apiKey: ApiKey): ApiKeyPrincipal {
  const { id, sha256, contract, allTenants, tenantIds, permissions, plan, expiresAt } = apiKey
  return { kind: 'api-key', id, sha256, contract, allTenants, tenantIds, permissions, plan, expiresAt }
}

/** The one refusal of an API key, whether it is unknown, malformed, expired, revoked or another contract's. */
function invalidApiKey(): Problem {
  return new Problem('invalid-api-key', 'The API key is not valid.')
}

/** RFC 6750, section 2.1: `b64token`. Nothing else is looked at: no list, no space, no quote. */
const tokenPattern = /^[A-Za-z0-9._~+/-]+=*$/

type PlacedRequest = Pick<CredentialRequest, 'headers' | 'query'>

/**
 * The credential of a request, or null where it is missing, not written as the contract says, or not the same in all
 * places that have one: nobody could tell for whom the request is.
 */
function readToken(places: readonly CredentialPlace[], request: PlacedRequest): string | null {
  const read = new Map<string, string>()
  for (const place of mostPreciseFirst(places)) {
    const where = headerOfPlace(place)?.toLowerCase() ?? startOf(place)
    const text = read.has(where) ? null : textAt(place, request)
    if (text !== null) read.set(where, text)
  }
  const [token, ...others] = new Set(read.values())
  return token !== undefined && others.length === 0 && tokenPattern.test(token) ? token : null
}

/** What stands at the place; null: nothing, or what is written in the way of another place. */
function textAt(place: CredentialPlace, { headers, query }: PlacedRequest): string | null {
  switch (place.kind) {
    case 'bearer':
      return afterBearer(headerOf(headers, 'authorization'))
    case 'header':
      return after(place.prefix ?? '', headerOf(headers, place.name))
    case 'basic':
      return ofBasic(place, headerOf(headers, 'authorization'))
    case 'query':
      return onlyOf(new URLSearchParams(`?${query}`).getAll(place.name))
  }
}

/** What follows `Bearer `; the scheme's case does not matter (RFC 9110, section 11.1). */
function afterBearer(authorization: string | null): string | null {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}

function after(prefix: string, value: string | null): string | null {
  return value?.startsWith(prefix) === true ? value.slice(prefix.length) : null
}

/** RFC 7617, section 2: user and password in base64, apart at the first colon. */
function ofBasic(place: Extract<CredentialPlace, { kind: 'basic' }>, authorization: string | null): string | null {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '') ?? []
  const [, name = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  const { user } = place
  const isPassword = 'token' in place || name === user
  const token = isPassword ? password : user === undefined ? name : ''
  return token === '' ? null : token
}

/** A member that is given twice counts as malformed, since others might read the other one. */
function onlyOf(values: readonly string[]): string | null {
  return values.length < 2 ? (values[0] ?? null) : ''
}
