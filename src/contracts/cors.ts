import { headerOfPlace, placesOf as credentialPlacesOf } from './credential-places'
import { parsePlace, placesOf } from './place'
import type { Mount } from './routes'

// What the gateway in front lets pages of other origins do (CORS). It is never with a browser's own credentials.

export interface Cors {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
}

/** What a page may read of a reply, besides the headers that every page may. */
export const exposedHeaders = ['x-request-id', 'retry-after', 'idempotency-replayed'] as const

/** How long a browser need not ask again. */
export const preflightSeconds = 3600

/** What browsers of these origins may send to the mounted contracts; undefined without origins. */
export function corsOf(mounts: readonly Mount[], origins: readonly string[]): Cors | undefined {
  if (origins.length === 0) return undefined
  const methods = mounts.flatMap(({ contract }) => contract.operations.map(({ method }) => method))
  return { origins, methods: unique(methods), headers: unique(mounts.flatMap(headersOf)) }
}

/** The headers that callers of a contract send, in lower case. */
function headersOf({ contract }: Mount): readonly string[] {
  const { credentials, tenant, apiVersions, operations } = contract
  const places = [
    ...placesOf(contract).map(([, place]) => place),
    ...operations.flatMap(({ when = {} }) => Object.keys(when)),
  ].map(parsePlace)
  return [
    'content-type',
    'idempotency-key',
    ...credentialPlacesOf(credentials).flatMap(place => headerOfPlace(place) ?? []),
    ...(tenant.from !== 'path' && tenant.header !== undefined ? [tenant.header] : []),
    ...(apiVersions === undefined ? [] : [apiVersions.header]),
    ...places.flatMap(place => (place.in === 'header' ? place.name : [])),
  ].map(header => header.toLowerCase())
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}
