import type { EndpointKey } from '../endpoints/endpoint-store'

/** The key of an item. Each kind has partitions of its own, so that IAM can keep a function to some of them. */
export interface ItemKey {
  readonly pk: string
  readonly sk: string
}

export const endpointPrefix = 'ENDPOINT#'
export const rotationPrefix = 'ROTATION#'
export const apiKeyListing = 'APIKEYS'
export const apiKeyListingPrefix = 'KEY#'

const tenantPrefix = 'TENANT#'

/** Where a tenant's endpoints are. */
export function tenantPartition(tenantId: string): string {
  return tenantPrefix + plainId(tenantId)
}

export function endpointItemKey({ tenantId, endpointId }: EndpointKey): ItemKey {
  return { pk: tenantPartition(tenantId), sk: endpointPrefix + plainId(endpointId) }
}

/** The endpoint that an item's key stands for. @throws {Error} for the key of any other item */
export function endpointKeyOf({ pk, sk }: ItemKey): EndpointKey {
  if (!pk.startsWith(tenantPrefix) || !sk.startsWith(endpointPrefix)) throw new Error('not the key of an endpoint')
  return { tenantId: pk.slice(tenantPrefix.length), endpointId: sk.slice(endpointPrefix.length) }
}

/** Where the audit records of an endpoint are. */
export function endpointPartition({ tenantId, endpointId }: EndpointKey): string {
  return `ENDPOINT#${plainId(tenantId)}#${plainId(endpointId)}`
}

/** `sha256` in hex. */
export function apiKeyItemKey(sha256: string): ItemKey {
  return { pk: `APIKEY#${sha256}`, sk: 'APIKEY' }
}

export function apiKeyListingKey(id: string): ItemKey {
  return { pk: apiKeyListing, sk: apiKeyListingPrefix + id }
}

/** Ids were checked where they came in; with `#` in one, two endpoints could share a key. */
export function plainId(id: string): string {
  if (id === '' || id.includes('#')) throw new RangeError('an id is not empty and has no #')
  return id
}
