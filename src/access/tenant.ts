import type { TenantSource } from '../contracts/contract'
import { parseTenantId } from '../contracts/ids'
import { noSuchEndpoint, Problem } from '../core/problem'
import { headerOf, type Principal, type RequestHeaders } from './authenticate'

/** Where a request may name its tenant. */
export interface TenantRequest {
  readonly headers: RequestHeaders
  /** The path's parameters, decoded. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * The tenant that the request is for.
 * @throws {Problem} `invalid-request` when the header is missing or malformed, `not-found` for a tenant that the
 *   principal may not act for, `permission-denied` when the principal has several and the contract cannot tell which
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
  if (source.header !== undefined && (own.length > 1 || headerOf(headers, source.header) !== null)) {
    return ofPrincipal({ ...principal, tenantIds: own }, named(source, source.header, headers))
  }
  const [tenantId, ...others] = own
  if (tenantId === undefined) throw noSuchEndpoint()
  if (others.length > 0) throw new Problem('permission-denied', 'A credential with a single tenant is required.')
  return tenantId
}

function named(source: TenantSource, header: string, headers: RequestHeaders): string {
  const given = headerOf(headers, header)
  const tenantId = parseTenantId(source, given ?? '')
  if (tenantId !== null) return tenantId
  const message = given !== null ? 'is malformed' : 'is missing'
  throw new Problem('invalid-request', `${header} ${message}.`, { errors: [{ path: header, message }] })
}

function ofPrincipal(principal: Principal, tenantId: string | null): string {
  if (tenantId !== null && principal.tenantIds.includes(tenantId)) return tenantId
  throw noSuchEndpoint()
}
