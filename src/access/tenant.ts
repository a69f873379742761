import type { TenantSource } from '../contracts/contract'
import { parseTenantId } from '../contracts/ids'
import { storedIdPattern } from '../core/id'
import { noSuchEndpoint, Problem } from '../core/problem'
import { type ApiKeyPrincipal, type Principal } from './authenticate'
import { headerOf, type RequestHeaders } from './credential'

/** Where a request may name its tenant. */
export interface TenantRequest {
  readonly headers: RequestHeaders
  /** The path's parameters, decoded. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * The tenant that the request is for.
 * @throws {Problem} `invalid-request` when the header is missing or malformed, `not-found` for a tenant that the
 *   principal may not act for, `permission-denied` when it has several, or all, and the contract cannot tell which
 */
export function resolveTenant(source: TenantSource, principal: Principal, request: TenantRequest): string {
  switch (source.from) {
    case 'path':
      return ofPrincipal(principal, parseTenantId(source, request.parameters[source.parameter] ?? ''))
    case 'header':
      return ofPrincipal(principal, named(source, source.header, request.headers))
    case 'credential':
      return ofCredential(source, principal, request.headers)
  }
}

function ofCredential(
  source: TenantSource & { readonly from: 'credential' },
  principal: Principal,
  headers: RequestHeaders,
): string {
  const own = principal.tenantIds.filter(id => parseTenantId(source, id) === id)
  const several = own.length > 1 || hasAllTenants(principal)
  if (source.header !== undefined && (several || headerOf(headers, source.header) !== null)) {
    return ofPrincipal({ ...principal, tenantIds: own }, named(source, source.header, headers))
  }
  if (several) throw new Problem('permission-denied', 'A credential with a single tenant is required.')
  const [tenantId] = own
  if (tenantId === undefined) throw noSuchEndpoint()
  return tenantId
}

/** Whether the principal acts for whichever tenant a request names. No session does. */
export function hasAllTenants(principal: Principal): principal is ApiKeyPrincipal & { readonly allTenants: true } {
  return principal.kind === 'api-key' && principal.allTenants
}

function named(source: TenantSource, header: string, headers: RequestHeaders): string {
  const given = headerOf(headers, header)
  const tenantId = parseTenantId(source, given ?? '')
  if (tenantId !== null) return tenantId
  const message = given !== null ? 'is malformed' : 'is missing'
  throw new Problem('invalid-request', `${header} ${message}.`, { errors: [{ path: header, message }] })
}

function ofPrincipal(principal: Principal, tenantId: string | null): string {
  if (tenantId !== null && actsFor(principal, tenantId)) return tenantId
  throw noSuchEndpoint()
}

function actsFor(principal: Principal, tenantId: string): boolean {
  return hasAllTenants(principal) ? storedIdPattern.test(tenantId) : principal.tenantIds.includes(tenantId)
}
