import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { attemptSlots, type Lease, type LeaseAnswer, type LeaseRequest } from '../delivery/health-store'
import { isProven } from '../delivery/proven'
import { healthItemKey } from './delivery-item-key'
import { healthOf, leasesOf, type HealthItem } from './health-item'
import { loadHealth } from './load-health'
import { toItem } from './storable'
import { outcomeOf } from './table'
import type { Table } from './table'
import { updateHealth } from './update-health'
import { valuesOf } from './update-of'

/** The item is this life's, or nothing is stored of any. */
export const isOfThisLife = '(attribute_not_exists(incarnation) OR incarnation = :incarnation)'
const isNotPaused = 'attribute_not_exists(pausedAt)'
/** Looks at the slots after the first guess; each costs a read. */
const maximumLooks = 3

/**
 * Takes a slot with one conditional write. The first guess follows from the message id, so that a message that is
 * under way already is met in its slot.
 */
export async function acquireLease(table: Table, request: LeaseRequest): Promise<LeaseAnswer> {
  let slot = firstSlot(request.messageId)
  for (let look = 0; look < maximumLooks; look += 1) {
    const lease = { life: request.life, slot, messageId: request.messageId, until: request.until }
    const taken = await take(table, lease, request)
    if (taken !== null) return { kind: 'granted', lease, proven: isProven(healthOf(taken)) }
    const item = await loadHealth(table, request.life)
    if (item !== null && item.incarnation !== request.life.incarnation) await replaceLife(table, request, item)
    const refusal = refusalOf(item, request)
    if (refusal !== null) return refusal
    slot = freeSlot(item, request) ?? slot
  }
  return { kind: 'busy', failures: 0 }
}

/** The item with the lease in it, or null where it cannot be had. */
function take(table: Table, lease: Lease, { now, whenPaused }: LeaseRequest): Promise<HealthItem | null> {
  const attribute = leaseAttribute(lease)
  const isFree = `(attribute_not_exists(${attribute}) OR ${attribute} < :now)`
  const conditions = [isOfThisLife, isFree, ...(whenPaused === 'refuse' ? [isNotPaused] : [])]
  const { incarnation } = lease.life
  return updateHealth(table, lease.life, {
    UpdateExpression: `SET ${attribute} = :lease, incarnation = :incarnation`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeValues: valuesOf(
      Object.entries({ lease: leaseValue(lease), incarnation, now: now.toISOString() }),
    ),
  })
}

/** What is left of an endpoint that was deleted makes room for its successor's. */
async function replaceLife({ client, name }: Table, { life }: LeaseRequest, before: HealthItem): Promise<void> {
  const put = new PutItemCommand({
    TableName: name,
    Item: toItem({ ...healthItemKey(life), incarnation: life.incarnation }),
    ConditionExpression: 'incarnation = :before',
    ExpressionAttributeValues: valuesOf([['before', before.incarnation]]),
  })
  await outcomeOf(client.send(put))
}

function refusalOf(item: HealthItem | null, request: LeaseRequest): LeaseAnswer | null {
  if (item === null || item.incarnation !== request.life.incarnation) return null
  if (item.pausedAt !== null && request.whenPaused === 'refuse') return { kind: 'paused' }
  const isUnderWay = leasesOf(item).some(
    lease => lease?.endsWith(`#${request.messageId}`) && !isOver(lease, request.now),
  )
  if (isUnderWay) return { kind: 'under-way' }
  return freeSlot(item, request) === null ? { kind: 'busy', failures: item.consecutiveFailures } : null
}

function freeSlot(item: HealthItem | null, { now }: LeaseRequest): number | null {
  if (item === null) return 0
  const slot = leasesOf(item).findIndex(lease => lease === null || isOver(lease, now))
  return slot === -1 ? null : slot
}

/** A lease begins with its end in ISO 8601, so leases compare as their ends do. */
function isOver(lease: string, now: Date): boolean {
  return lease < now.toISOString()
}

function firstSlot(messageId: string): number {
  return Array.from(messageId).reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % attemptSlots
}

/** The attribute of the lease's slot, `lease0` and so on. */
export function leaseAttribute({ slot }: Lease): string {
  return `lease${slot}`
}

export function leaseValue({ until, messageId }: Lease): string {
  return `${until.toISOString()}#${messageId}`
}
