import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import {
  attemptSlots,
  type DeliveryHealth,
  type HealthStore,
  answersPromptly,
  type Lease,
  type LeaseAnswer,
  type LeaseRequest,
  type Observation,
} from '../delivery/health'
import type { EndpointLife } from '../rotation/ports'
import {
  type HealthChange,
  type HealthItem,
  healthItemOf,
  healthOf,
  leasesOf,
  loadHealth,
  updateHealth,
} from './health-item'
import { healthItemKey } from './item-keys'
import { toItem, valuesOf } from './items'
import { batchGet } from './queries'
import { outcomeOf, type Table } from './table'

const isNotPaused = 'attribute_not_exists(pausedAt)'

/** Delivery health in DynamoDB, one item an endpoint. */
export function dynamoHealthStore(table: Table): HealthStore {
  return {
    ...dynamoRotationHealth(table),
    load: async life => {
      const item = await loadHealth(table, life)
      return healthOf(item?.incarnation === life.incarnation ? item : null)
    },
    loadMany: lives => loadMany(table, lives),
    paused: lives => paused(table, lives),
    acquire: request => acquireLease(table, request),
    release: lease => release(table, lease),
    finish: (lease, observation) => countAttempt(table, lease, observation),
    countStop: (life, at) => countStop(table, life, at),
    pause: (life, { at, reason }) =>
      changeHealth(table, life, {
        expression: 'SET pausedAt = :at, pausedReason = :reason',
        condition: isNotPaused,
        values: { at: at.toISOString(), reason },
      }),
    resume: life =>
      changeHealth(table, life, {
        expression: 'SET consecutiveFailures = :zero REMOVE pausedAt, pausedReason',
        values: { zero: 0 },
      }),
  }
}

async function loadMany(table: Table, lives: readonly EndpointLife[]): Promise<ReadonlyMap<string, DeliveryHealth>> {
  const items = (await batchGet(table, lives.map(healthItemKey))).map(healthItemOf)
  const byLife = new Map(items.map(item => [item.incarnation, healthOf(item)]))
  const found = lives.flatMap(({ endpointId, incarnation }) => {
    const health = byLife.get(incarnation)
    return health === undefined ? [] : [[endpointId, health] as const]
  })
  return new Map(found)
}

async function paused(table: Table, lives: readonly EndpointLife[]): Promise<ReadonlySet<string>> {
  const found = await loadMany(table, lives)
  return new Set([...found].flatMap(([endpointId, { pausedAt }]) => (pausedAt === null ? [] : endpointId)))
}

async function release(table: Table, lease: Lease): Promise<void> {
  const slot = leaseAttribute(lease)
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(healthItemKey(lease.life)),
    UpdateExpression: `REMOVE ${slot}`,
    ConditionExpression: `${slot} = :lease`,
    ExpressionAttributeValues: valuesOf([['lease', leaseValue(lease)]]),
  })
  await outcomeOf(table.client.send(update))
}

const isOfThisLife = 'incarnation = :incarnation'

/** Changes the item of this life; where there is none, nothing needs the change. */
export async function changeHealth({ client, name }: Table, life: EndpointLife, wanted: HealthChange): Promise<void> {
  const { expression, condition, values, signal } = wanted
  const update = new UpdateItemCommand({
    TableName: name,
    Key: toItem(healthItemKey(life)),
    UpdateExpression: expression,
    ConditionExpression: condition === undefined ? isOfThisLife : `${isOfThisLife} AND ${condition}`,
    ExpressionAttributeValues: valuesOf(Object.entries({ ...values, incarnation: life.incarnation })),
  })
  await outcomeOf(client.send(update, signal === undefined ? {} : { abortSignal: signal }))
}

const isNotResetYet = '(attribute_not_exists(failuresResetAt) OR failuresResetAt < :revision)'

/** What rotating and settling need of an endpoint's health, in DynamoDB. */
export function dynamoRotationHealth(table: Table): Pick<HealthStore, 'loadAny' | 'resetFailures'> {
  return {
    loadAny: async key => {
      const item = await loadHealth(table, key)
      return { health: healthOf(item), incarnation: item?.incarnation ?? null }
    },
    resetFailures: (life, revision, signal) =>
      changeHealth(table, life, {
        expression: 'SET consecutiveFailures = :zero, failuresResetAt = :revision',
        condition: isNotResetYet,
        values: { zero: 0, revision },
        signal,
      }),
  }
}

/** The item is this life's, or nothing is stored of any. */
const isOfThisLifeOrNew = '(attribute_not_exists(incarnation) OR incarnation = :incarnation)'

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
    if (taken !== null) return { kind: 'granted', lease, proven: answersPromptly(healthOf(taken)) }
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
  const conditions = [isOfThisLifeOrNew, isFree, ...(whenPaused === 'refuse' ? [isNotPaused] : [])]
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

/**
 * Adds one attempt to the counters and gives its slot back, unless the lease is over and the slot another's. Returns
 * the failures in a row; 0 where the endpoint's life is over.
 */
export async function countAttempt(table: Table, lease: Lease, observation: Observation): Promise<number> {
  const slot = leaseAttribute(lease)
  const isHeld = { condition: `${slot} = :mine`, mine: leaseValue(lease), remove: ` REMOVE ${slot}` }
  const isOfLife = { condition: 'incarnation = :mine', mine: lease.life.incarnation, remove: '' }
  const counted = await count(table, lease, { observation, ...isHeld })
  return counted ?? (await count(table, lease, { observation, ...isOfLife })) ?? 0
}

interface Counting {
  readonly observation: Observation
  readonly condition: string
  readonly mine: string
  readonly remove: string
}

async function count(table: Table, { life }: Lease, counting: Counting): Promise<number | null> {
  const { set, add } = changesOf(counting.observation)
  const item = await updateHealth(table, life, {
    UpdateExpression: `SET ${listOf(set, ' = ')} ADD ${listOf(add, ' ')}${counting.remove}`,
    ConditionExpression: counting.condition,
    ExpressionAttributeValues: valuesOf(Object.entries({ ...set, ...add, mine: counting.mine })),
  })
  return item?.consecutiveFailures ?? null
}

function listOf(changes: object, between: string): string {
  return Object.keys(changes)
    .map(name => `${name}${between}:${name}`)
    .join(', ')
}

/** What is set, and what is added to. */
function changesOf(observation: Observation) {
  const at = observation.at.toISOString()
  const { responseTimeMs, lastStatus, outcome, first } = observation
  const delivered = outcome === 'success'
  const answered = responseTimeMs === null ? {} : { lastResponseTimeMs: responseTimeMs }
  return {
    set: {
      lastDeliveryAt: at,
      lastDeliveryStatus: outcome,
      lastStatusCode: lastStatus.code,
      lastStatusMessage: lastStatus.message,
      ...answered,
      ...(delivered ? { lastSuccessAt: at, consecutiveFailures: 0, errorsSinceLastSuccess: 0 } : { lastFailureAt: at }),
    },
    add: {
      deliveriesCount: first ? 1 : 0,
      deliveriesSucceeded: delivered ? 1 : 0,
      deliveriesFailed: outcome === 'failed' ? 1 : 0,
      responses: responseTimeMs === null ? 0 : 1,
      responseMs: responseTimeMs ?? 0,
      ...(delivered ? {} : { consecutiveFailures: 1, errorsSinceLastSuccess: 1 }),
    },
  }
}

const change =
  'SET incarnation = :incarnation, lastDeliveryStatus = :failed, lastDeliveryAt = if_not_exists(lastDeliveryAt, :at) ' +
  'ADD deliveriesFailed :one'

/** Counts a delivery that failed without an attempt; of an endpoint that nothing was attempted at yet, too. */
export async function countStop(table: Table, life: EndpointLife, at: Date): Promise<void> {
  const { incarnation } = life
  const values = { incarnation, failed: 'failed', at: at.toISOString(), one: 1 }
  await updateHealth(table, life, {
    UpdateExpression: change,
    ConditionExpression: isOfThisLifeOrNew,
    ExpressionAttributeValues: valuesOf(Object.entries(values)),
  })
}
