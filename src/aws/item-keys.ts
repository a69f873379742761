import type { DeliveryAddress } from '../delivery/delivery'
import type { EndpointAddress } from '../rotation/ports'

/** The key of an item. Each kind has partitions of its own, so that IAM can keep a function to some of them. */
export interface ItemKey {
  readonly pk: string
  readonly sk: string
}

/** Ids were checked where they came in; with `#` in one, two endpoints could share an item key. */
function plainId(id: string): string {
  if (id === '' || id.includes('#')) throw new RangeError('an id is not empty and has no #')
  return id
}

const tenantPrefix = 'TENANT#'
export const endpointPrefix = 'ENDPOINT#'

/** The partition of a tenant's endpoints. */
export function tenantPartition(tenantId: string): string {
  return tenantPrefix + plainId(tenantId)
}

export function endpointItemKey({ tenantId, endpointId }: EndpointAddress): ItemKey {
  return { pk: tenantPartition(tenantId), sk: endpointPrefix + plainId(endpointId) }
}

/** The endpoint that an item key stands for. @throws {Error} for the key of any other item */
export function endpointAddressOf({ pk, sk }: ItemKey): EndpointAddress {
  if (!pk.startsWith(tenantPrefix) || !sk.startsWith(endpointPrefix)) throw new Error('not the key of an endpoint')
  return { tenantId: pk.slice(tenantPrefix.length), endpointId: sk.slice(endpointPrefix.length) }
}

/** Where it stands how many live endpoints a tenant has. */
export function endpointCountKey(tenantId: string): ItemKey {
  return { pk: `COUNT#${plainId(tenantId)}`, sk: 'ENDPOINTS' }
}

export const auditPrefix = 'ROTATION#'
export const settingsPrefix = 'SETTINGS#'

/** The partition of an endpoint's audit records. */
export function auditPartition({ tenantId, endpointId }: EndpointAddress): string {
  return `ENDPOINT#${plainId(tenantId)}#${plainId(endpointId)}`
}

/** `place` is `placeInTime` of the record. */
export function auditItemKey(address: EndpointAddress, place: string): ItemKey {
  return { pk: auditPartition(address), sk: auditPrefix + place }
}

/** Where the record of changed settings, or of a deletion, stands: beside those of the ring, and never among them. */
export function settingsAuditItemKey(address: EndpointAddress, place: string): ItemKey {
  return { pk: auditPartition(address), sk: settingsPrefix + place }
}

/** `sha256` in hex. */
export function apiKeyItemKey(sha256: string): ItemKey {
  return { pk: `APIKEY#${sha256}`, sk: 'APIKEY' }
}

/** The partition of the list of API keys. */
export const apiKeyListing = 'APIKEYS'
export const apiKeyListingPrefix = 'KEY#'

/** Where an API key stands in the list, by its public id. */
export function apiKeyListingKey(id: string): ItemKey {
  return { pk: apiKeyListing, sk: apiKeyListingPrefix + id }
}

/** Where a portal session stands, by its id. */
export function portalSessionItemKey(id: string): ItemKey {
  return { pk: `PORTAL#${plainId(id)}`, sk: 'SESSION' }
}

/** Where it stands how often all portal sessions of a subject were ended, or of the tenant where that is null. */
export function portalEndingsKey(tenantId: string, subject: string | null): ItemKey {
  return { pk: `PORTALS#${plainId(tenantId)}`, sk: subject === null ? 'TENANT' : `SUBJECT#${subject}` }
}

/** Where a record of a tenant's access stands: all of a tenant's by their time. `place` is `placeInTime` of the record. */
export function tenantRecordItemKey(tenantId: string, place: string): ItemKey {
  return { pk: `AUDIT#${plainId(tenantId)}`, sk: place }
}

// Partitions of their own: the function that delivers may write these, and no key ring and no audit record.
const deliveryPartition = 'DELIVERIES#'
const deliveryPrefix = 'DELIVERY#'

/** A delivery is found by its tenant and message id alone. */
export function deliveryItemKey({ tenantId, messageId }: DeliveryAddress): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: deliveryPrefix + messageId }
}

/** The delivery that an item key stands for. @throws {Error} for the key of any other item */
export function deliveryAddressOf({ pk, sk }: ItemKey): DeliveryAddress {
  if (!pk.startsWith(deliveryPartition) || !sk.startsWith(deliveryPrefix)) throw new Error('not the key of a delivery')
  return { tenantId: pk.slice(deliveryPartition.length), messageId: sk.slice(deliveryPrefix.length) }
}

export function eventItemKey(tenantId: string, eventId: string): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: `EVENT#${eventId}` }
}

/** The partition of the attempts at an endpoint. */
export function attemptPartition({ tenantId, endpointId }: EndpointAddress): string {
  return `ATTEMPTS#${plainId(tenantId)}#${plainId(endpointId)}`
}

/** `place` is `placeInTime` of the attempt. */
export function attemptItemKey(address: EndpointAddress, place: string): ItemKey {
  return { pk: attemptPartition(address), sk: place }
}

const healthPartition = 'HEALTH#'

export function healthItemKey({ tenantId, endpointId }: EndpointAddress): ItemKey {
  return { pk: healthPartition + plainId(tenantId), sk: endpointId }
}

/** The attempts of a tenant that are under way. No endpoint's id has a `#`. */
export function leaseItemKey(tenantId: string): ItemKey {
  return { pk: healthPartition + plainId(tenantId), sk: '#attempts' }
}

/** The endpoint whose health an item key stands for. @throws {Error} for the key of any other item */
export function healthAddressOf({ pk, sk }: ItemKey): EndpointAddress {
  if (!pk.startsWith(healthPartition)) throw new Error('not the key of an endpoint’s health')
  return { tenantId: pk.slice(healthPartition.length), endpointId: sk }
}

/** Sorts by time; the id tells apart what happened in one millisecond. */
export function placeInTime({ at, id }: { readonly at: Date; readonly id: string }): string {
  return `${at.toISOString()}#${id}`
}

/** Events, deliveries and attempts are kept this long; DynamoDB drops them within days after. */
const keptSeconds = 30 * 24 * 60 * 60

/** The attribute `ttl` of an item that began at `at`: unix seconds. */
export function timeToLive(at: Date): number {
  return Math.floor(at.getTime() / 1000) + keptSeconds
}
