import { expectedPrincipal, type AccessDeps } from '../access/authenticate'
import { resolveTenant } from '../access/resolve-tenant'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { Problem } from '../rotation/problem'
import type { Call } from './call'

/** What is read for a request while its credential is: of use only once the credential is found to reach it. */
export interface LoadAhead<Loaded> {
  readonly key: EndpointKey
  readonly loaded: Promise<Loaded>
}

/** Begins to load. Who takes it sees its failure; where nobody does, the failure is nobody's. */
export function beginLoad<Loaded>(key: EndpointKey, load: (key: EndpointKey) => Promise<Loaded>): LoadAhead<Loaded> {
  const loaded = load(key)
  loaded.catch(() => undefined)
  return { key, loaded }
}

/** What was loaded ahead if it is what is asked for, else what is loaded now. */
export function takeLoad<Loaded>(
  ahead: LoadAhead<Loaded> | null,
  key: EndpointKey,
  load: (key: EndpointKey) => Promise<Loaded>,
): Promise<Loaded> {
  const isAhead = ahead?.key.tenantId === key.tenantId && ahead.key.endpointId === key.endpointId
  return isAhead ? ahead.loaded : load(key)
}

/** The tenant that a request is most likely for, told without waiting; null where it cannot be told. */
export function expectedTenant(access: AccessDeps, { contract, request, parameters }: Call): string | null {
  const principal = expectedPrincipal(access, contract, request.headers)
  if (principal === null) return null
  try {
    return resolveTenant(contract.tenant, principal, { headers: request.headers, parameters })
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
