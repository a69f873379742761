import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { attemptSlots, type Lease, type LeaseOutcome, type LeaseRequest, type LeaseStore } from '../delivery/lease'
import { isAbsent, outcomeOf } from './conditional-write'
import { leaseItemKey } from './item-keys'
import { decodeItem, toItem, valuesOf } from './items'
import { getItem } from './queries'
import type { Table } from './table'

// One item a tenant with a map of the attempts that are under way: `<endpoint id>#<slot>` to `<until>#<message id>`. A
// lease begins with its end, so that leases compare as their ends do.

/** Leases in DynamoDB: one conditional write takes one, and one gives it back. */
export function dynamoLeaseStore(table: Table): LeaseStore {
  return { acquire: request => acquire(table, request).catch(busyIfThrottled), release: lease => release(table, lease) }
}

const throttling = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']

/** An item takes 1,000 writes a second: a tenant that asks for more than that has all the attempts that it may have. */
function busyIfThrottled(error: unknown): LeaseOutcome {
  if (error instanceof Error && throttling.includes(error.name)) return { kind: 'busy' }
  throw error
}

/** Looks at the item after the first guess; each costs a read. */
const mostLooks = 3

/**
 * The first guess of a slot follows from the message id, so that a message that is under way already is met in its slot.
 * Leases that are over still count until somebody who finds no room takes them out.
 */
async function acquire(table: Table, request: LeaseRequest): Promise<LeaseOutcome> {
  const { address, messageId, until, now } = request
  const guess = { address, slot: firstSlot(messageId), messageId, until }
  if ((await take(table, guess, { request, over: [] })) === 'stored') return { kind: 'granted', lease: guess }
  for (let look = 0; look < mostLooks; look += 1) {
    const held = await heldBy(table, address.tenantId)
    const live = new Map([...(held ?? [])].filter(([, lease]) => !isOver(lease, now)))
    const underWay = leaseUnderWay(live, request)
    if (underWay !== null) return { kind: 'under-way', lease: underWay }
    const slot = freeSlot(live, request, guess.slot)
    if (slot === null) return { kind: 'busy' }
    const lease = { ...guess, slot }
    const over = [...(held ?? [])].filter(([name]) => !live.has(name))
    const taken = held === null ? await putFirst(table, lease) : await take(table, lease, { request, over })
    if (taken === 'stored') return { kind: 'granted', lease }
  }
  return { kind: 'busy' }
}

function firstSlot(messageId: string): number {
  return Array.from(messageId).reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % attemptSlots
}

const schema = v.object({ leases: v.record(v.string(), v.string()) })

/** The tenant's leases by name, those that are over among them; null: no item is stored. Read consistently. */
async function heldBy(table: Table, tenantId: string): Promise<ReadonlyMap<string, string> | null> {
  const item = await getItem(table, leaseItemKey(tenantId))
  return item === null ? null : new Map(Object.entries(decodeItem(schema, item).leases))
}

/** The same comparison as in the condition. */
function isOver(lease: string, now: Date): boolean {
  return lease < now.toISOString()
}

/** The lease that the message has already. */
function leaseUnderWay(live: ReadonlyMap<string, string>, { address, messageId }: LeaseRequest): Lease | null {
  const start = `${address.endpointId}#`
  const found = [...live].find(([name, lease]) => name.startsWith(start) && lease.endsWith(`#${messageId}`))
  if (found === undefined) return null
  const [name, lease] = found
  const until = new Date(lease.slice(0, -`#${messageId}`.length))
  return { address, slot: Number(name.slice(start.length)), messageId, until }
}

/** Null: the endpoint's slots are taken, or its tenant has as many attempts under way as it may. */
function freeSlot(
  live: ReadonlyMap<string, string>,
  { address, mostOfTenant }: LeaseRequest,
  first: number,
): number | null {
  if (live.size >= mostOfTenant) return null
  const slots = Array.from({ length: attemptSlots }, (_, index) => (first + index) % attemptSlots)
  return slots.find(slot => !live.has(nameOf({ address, slot }))) ?? null
}

interface Taking {
  readonly request: LeaseRequest
  /** Leases that are over, to be taken out with it. */
  readonly over: readonly (readonly [name: string, lease: string])[]
}

/** Writes the lease into its slot where that is free, and where the tenant has room once those that are over are out. */
function take({ client, name }: Table, lease: Lease, { request, over }: Taking): Promise<'stored' | 'conflict'> {
  const slotName = nameOf(lease)
  const removed = over.filter(([other]) => other !== slotName)
  const names = Object.fromEntries(removed.map(([other], index) => [`#o${index}`, other]))
  const values = Object.fromEntries(removed.map(([, other], index) => [`o${index}`, other]))
  const remove = removed.map((_, index) => `leases.#o${index}`).join(', ')
  const update = new UpdateItemCommand({
    TableName: name,
    Key: toItem(leaseItemKey(lease.address.tenantId)),
    UpdateExpression: `SET leases.#slot = :lease${remove === '' ? '' : ` REMOVE ${remove}`}`,
    ConditionExpression: [
      'size(leases) < :most',
      '(attribute_not_exists(leases.#slot) OR leases.#slot < :now)',
      ...removed.map((_, index) => `leases.#o${index} = :o${index}`),
    ].join(' AND '),
    ExpressionAttributeNames: { '#slot': slotName, ...names },
    ExpressionAttributeValues: valuesOf({
      ...values,
      lease: textOf(lease),
      now: request.now,
      most: request.mostOfTenant + over.length,
    }),
  })
  return outcomeOf(client.send(update))
}

/** The first lease of a tenant that has had none. */
function putFirst({ client, name }: Table, lease: Lease): Promise<'stored' | 'conflict'> {
  const item = { ...leaseItemKey(lease.address.tenantId), leases: { [nameOf(lease)]: textOf(lease) } }
  return outcomeOf(
    client.send(new PutItemCommand({ TableName: name, Item: toItem(item), ConditionExpression: isAbsent })),
  )
}

async function release({ client, name }: Table, lease: Lease): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: name,
    Key: toItem(leaseItemKey(lease.address.tenantId)),
    UpdateExpression: 'REMOVE leases.#slot',
    ConditionExpression: 'leases.#slot = :lease',
    ExpressionAttributeNames: { '#slot': nameOf(lease) },
    ExpressionAttributeValues: valuesOf({ lease: textOf(lease) }),
  })
  await outcomeOf(client.send(update))
}

/** The name of the lease's slot in the map. */
function nameOf({ address, slot }: Pick<Lease, 'address' | 'slot'>): string {
  return `${address.endpointId}#${slot}`
}

/** What the slot holds. */
function textOf({ until, messageId }: Lease): string {
  return `${until.toISOString()}#${messageId}`
}
