import { createHash } from 'node:crypto'
import type { DeliveryAddress } from '../delivery/delivery'
import type { EndpointAddress } from '../rotation/ports'

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

export function endpointItemKey({ tenantId, endpointId }: EndpointAddress): ItemKey {
  return { pk: tenantPartition(tenantId), sk: endpointPrefix + plainId(endpointId) }
}

/** The endpoint that an item's key stands for. @throws {Error} for the key of any other item */
export function endpointAddressOf({ pk, sk }: ItemKey): EndpointAddress {
  if (!pk.startsWith(tenantPrefix) || !sk.startsWith(endpointPrefix)) throw new Error('not the key of an endpoint')
  return { tenantId: pk.slice(tenantPrefix.length), endpointId: sk.slice(endpointPrefix.length) }
}

/** Where the audit records of an endpoint are. */
export function endpointPartition({ tenantId, endpointId }: EndpointAddress): string {
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

// Partitions of their own: the function that delivers may write these, and no key ring and no audit record.
const deliveryPartition = 'DELIVERIES#'
const attemptPartition = 'ATTEMPTS#'
const healthPartition = 'HEALTH#'
const deliveryPrefix = 'DELIVERY#'

/** A delivery is found by its tenant and message id alone. */
export function deliveryItemKey({ tenantId, messageId }: DeliveryAddress): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: deliveryPrefix + messageId }
}

/** The delivery that an item's key stands for. @throws {Error} for the key of any other item */
export function deliveryAddressOf({ pk, sk }: ItemKey): DeliveryAddress {
  if (!pk.startsWith(deliveryPartition) || !sk.startsWith(deliveryPrefix)) throw new Error('not the key of a delivery')
  return { tenantId: pk.slice(deliveryPartition.length), messageId: sk.slice(deliveryPrefix.length) }
}

export function eventItemKey(tenantId: string, eventId: string): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: `EVENT#${eventId}` }
}

/** Where the attempts at an endpoint are. */
export function attemptsOf({ tenantId, endpointId }: EndpointAddress): string {
  return `${attemptPartition}${plainId(tenantId)}#${plainId(endpointId)}`
}

/** `place` sorts by time. */
export function attemptItemKey(key: EndpointAddress, place: string): ItemKey {
  return { pk: attemptsOf(key), sk: place }
}

export function healthItemKey({ tenantId, endpointId }: EndpointAddress): ItemKey {
  return { pk: healthPartition + plainId(tenantId), sk: endpointId }
}

/** Shards of the index `due` for each kind of item, so that no single partition takes every change. */
export const dueShards = 16
/** Endpoints are in the shards 0…15, deliveries in 16…31. */
export const firstEndpointShard = 0
export const firstDeliveryShard = 16

/** The shard of an endpoint, 0…15: always the same for the same ids. */
export function dueShardOf({ tenantId, endpointId }: EndpointAddress): number {
  return firstEndpointShard + placeOf(`${tenantId}#${endpointId}`)
}

/** The shard of a delivery, 16…31, by its message: those of one endpoint are in all of them. */
export function deliveryShardOf({ tenantId, messageId }: DeliveryAddress): number {
  return firstDeliveryShard + placeOf(`${tenantId}#${messageId}`)
}

function placeOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt8(0) % dueShards
}

/** Events, deliveries and attempts are kept this long; DynamoDB drops them within days after. */
const keptSeconds = 30 * 24 * 60 * 60

/** The attribute `ttl` of an item that began at `at`: unix seconds. */
export function timeToLive(at: Date): number {
  return Math.floor(at.getTime() / 1000) + keptSeconds
}
