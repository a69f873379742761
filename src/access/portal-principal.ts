import type { Contract } from '../contracts/contract'
import { scopes as allScopes, type Scope } from '../contracts/dimensions'
import { Problem } from '../core/problem'
import { type ApiKey, type ApiKeyStore, stateOf } from './api-key'
import { headerOf, invalidToken, type RequestHeaders } from './credential'
import {
  cookieNameOf,
  idOfToken,
  type LivePortalSessions,
  portalHash,
  type PortalSession,
  portalSessionIdPattern,
  tokenPrefix,
} from './portal-session'

// Who calls by a portal session. A page by itself says which session it means and sends that one's cookie; an embedded one
// sends the token.

export interface PortalPrincipal {
  readonly kind: 'portal'
  /** The subject: a later session of the same person is the same caller. */
  readonly id: string
  readonly tenantIds: readonly string[]
  /** Those of the session for which its API key has the permission now. */
  readonly scopes: readonly Scope[]
  /** What that API key may do now: the session does nothing else, whatever its scopes. */
  readonly apiKey: Pick<ApiKey, 'permissions' | 'plan'>
  /** Whether that API key may see what receivers answered. */
  readonly deliveryBodies: boolean
  readonly session: PortalSession
}

export interface PortalDeps {
  readonly sessions: LivePortalSessions
  readonly apiKeys: Pick<ApiKeyStore, 'find'>
  /** Where the page is served. Browsers say where a change comes from, and it comes from nowhere else. */
  readonly origin: string
  readonly now: () => Date
}

export interface PortalRequest {
  readonly headers: RequestHeaders
  /** Each as `name=value`. */
  readonly cookies: readonly string[]
}

/** The header by which a page says which session it means. Another site can neither set it nor have it allowed. */
export const portalHeader = 'Keyturn-Portal-Session'

/** Whether a request means a portal session, be it a good one or not. `token`: of its `Authorization`, or null. */
export function meansPortalSession({ headers }: Pick<PortalRequest, 'headers'>, token: string | null): boolean {
  return headerOf(headers, portalHeader) !== null || token?.startsWith(tokenPrefix) === true
}

const contentPermission = 'deliveries:content'

/**
 * Who calls by a portal session.
 * @throws {Problem} `missing-credentials`, `invalid-token`, `expired-token`
 */
export async function authenticatePortal(
  deps: PortalDeps,
  contract: Contract,
  request: PortalRequest & { readonly token: string | null },
): Promise<PortalPrincipal> {
  const { portalScopes } = contract.credentials
  const { token, mode } = tokenOfRequest(request)
  const id = idOfToken(token)
  const origin = headerOf(request.headers, 'origin')
  if (portalScopes === undefined || id === null || (origin !== null && origin !== deps.origin)) throw invalidToken()
  const session = await deps.sessions.findLive(id)
  if (session === null || session.exchange?.tokenSha256 !== portalHash(token) || modeOf(session) !== mode) {
    throw invalidToken()
  }
  if (session.expiresAt <= deps.now()) throw new Problem('expired-token', 'The portal session has expired.')
  const apiKey = await makerOf(deps, contract, session)
  if (apiKey === null) throw invalidToken()
  const { permissions, plan } = apiKey
  return {
    kind: 'portal',
    id: session.subject,
    tenantIds: [session.tenantId],
    scopes: allScopes.filter(scope => session.scopes.includes(scope) && permissions.includes(portalScopes[scope])),
    apiKey: { permissions, plan },
    deliveryBodies: permissions.includes(contentPermission),
    session,
  }
}

/** The API key that made a session, while it may still act for the tenant; else null. Read consistently: its end is the session's. */
export async function makerOf(
  { apiKeys, now }: Pick<PortalDeps, 'apiKeys' | 'now'>,
  { name }: Pick<Contract, 'name'>,
  { via, tenantId }: PortalSession,
): Promise<ApiKey | null> {
  const found = await apiKeys.find(via.sha256, 'fresh')
  if (found === null || found.contract !== name || stateOf(found, now()) !== 'active') return null
  return found.allTenants || found.tenantIds.includes(tenantId) ? found : null
}

/** For which page a session is good. */
export function modeOf({ parentOrigins }: PortalSession): 'page' | 'embed' {
  return parentOrigins.length === 0 ? 'page' : 'embed'
}

function tokenOfRequest({ headers, cookies, token: sent }: PortalRequest & { readonly token: string | null }) {
  const named = headerOf(headers, portalHeader)
  if (named === null && sent !== null) return { token: sent, mode: 'embed' } as const
  const isNamed = named !== null && portalSessionIdPattern.test(named) && headerOf(headers, 'authorization') === null
  const start = `${cookieNameOf(named ?? '')}=`
  const [cookie, ...others] = isNamed ? cookies.filter(each => each.startsWith(start)) : []
  const token = others.length === 0 ? cookie?.slice(start.length) : undefined
  // Whoever could put another session's token into this cookie would have the person act as somebody else.
  if (token !== undefined && idOfToken(token) === named) return { token, mode: 'page' } as const
  throw new Problem('missing-credentials', 'The cookie of this portal session is missing.')
}
