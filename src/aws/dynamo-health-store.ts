import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { addSeconds } from '../core/instant'
import {
  answersPromptly,
  attemptSlots,
  type DeliveryHealth,
  type FailureStreak,
  type HealthStore,
  type Lease,
  type LeaseOutcome,
  type LeaseRequest,
  type Observation,
} from '../delivery/health'
import { testIntervalSeconds } from '../delivery/recovery'
import type { EndpointLife } from '../rotation/ports'
import { outcomeOf } from './conditional-write'
import { recoveryShardOf } from './due-index'
import {
  changeHealthItem,
  type HealthItem,
  healthItemOf,
  healthOf,
  leasesOf,
  loadHealthItem,
  updateHealthItem,
} from './health-item'
import { healthItemKey } from './item-keys'
import { toItem, valuesOf } from './items'
import { batchGet } from './queries'
import type { Table } from './table'

// The clauses of the conditions.

/** What is stored is of this life of the endpoint. */
const sameIncarnation = 'incarnation = :incarnation'
/** The same, or nothing is stored yet. */
const sameIncarnationOrNone = '(attribute_not_exists(incarnation) OR incarnation = :incarnation)'
/** What is stored is still of the life before. */
const lifeBefore = 'incarnation = :before'
const isNotPaused = 'attribute_not_exists(pausedAt)'
/** No rotation of this revision or a later one has set the failures to 0. */
const isNotResetYet = '(attribute_not_exists(failuresResetAt) OR failuresResetAt < :revision)'
/** What a resume and a rotation set; `failingSince` is removed with them. */
const noFailures = 'consecutiveFailures = :zero, usedUpInRow = :zero'
/** The slot holds no lease, or one that is over: leases begin with their end, so they compare as their ends do. */
const isFree = (slot: string): string => `(attribute_not_exists(${slot}) OR ${slot} < :now)`
/** The slot holds this very lease. */
const isHeld = (slot: string): string => `${slot} = :lease`

/** Delivery health in DynamoDB, one item an endpoint. */
export function dynamoHealthStore(table: Table): HealthStore {
  return {
    ...dynamoRotationHealth(table),
    load: life => load(table, life),
    loadMany: lives => loadMany(table, lives),
    paused: lives => paused(table, lives),
    acquire: request => acquireLease(table, request),
    release: lease => releaseLease(table, lease),
    finish: (lease, observation) => countAttempt(table, lease, observation),
    countUnattempted: (life, at) => countUnattempted(table, life, at),
    pause: (life, { at, reason }) =>
      changeHealthItem(table, life, {
        expression: 'SET pausedAt = :at, pausedReason = :reason, dueAt = :dueAt, dueShard = :dueShard',
        conditions: [sameIncarnation, isNotPaused],
        values: { at, reason, ...firstTest(life, at), incarnation: life.incarnation },
      }),
    resume: life =>
      changeHealthItem(table, life, {
        expression: `SET ${noFailures} REMOVE pausedAt, pausedReason, failingSince`,
        conditions: [sameIncarnation],
        values: { zero: 0, incarnation: life.incarnation },
      }),
  }
}

function firstTest(life: EndpointLife, pausedAt: Date): Readonly<Record<'dueAt' | 'dueShard', unknown>> {
  return { dueAt: addSeconds(pausedAt, testIntervalSeconds), dueShard: recoveryShardOf(life) }
}

/** What rotating and settling need of an endpoint's health, in DynamoDB. */
export function dynamoRotationHealth(table: Table): Pick<HealthStore, 'loadAny' | 'resetFailures'> {
  return {
    loadAny: async address => {
      const item = await loadHealthItem(table, address)
      return { health: healthOf(item), incarnation: item?.incarnation ?? null }
    },
    resetFailures: (life, revision, signal) =>
      changeHealthItem(table, life, {
        expression: `SET ${noFailures}, failuresResetAt = :revision REMOVE failingSince`,
        conditions: [sameIncarnation, isNotResetYet],
        values: { zero: 0, revision, incarnation: life.incarnation },
        signal,
      }),
  }
}

async function load(table: Table, life: EndpointLife): Promise<DeliveryHealth> {
  const item = await loadHealthItem(table, life)
  return healthOf(item?.incarnation === life.incarnation ? item : null)
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

/** Looks at the slots after the first guess; each costs a read. */
const maximumLooks = 3

/**
 * Takes a slot with one conditional write. The first guess follows from the message id, so that a message that is
 * under way already is met in its slot.
 */
async function acquireLease(table: Table, request: LeaseRequest): Promise<LeaseOutcome> {
  const { life, messageId, until } = request
  let slot = firstSlot(messageId)
  for (let look = 0; look < maximumLooks; look += 1) {
    const lease = { life, slot, messageId, until }
    const taken = await takeSlot(table, lease, request)
    if (taken !== null) return { kind: 'granted', lease, prompt: answersPromptly(healthOf(taken)) }
    const item = await loadHealthItem(table, life)
    if (item !== null && item.incarnation !== life.incarnation) await replaceLife(table, life, item)
    const refusal = refusalOf(item, request)
    if (refusal !== null) return refusal
    slot = freeSlot(item, request) ?? slot
  }
  return { kind: 'busy', failures: 0 }
}

function firstSlot(messageId: string): number {
  return Array.from(messageId).reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % attemptSlots
}

/** The item with the lease in it, or null where it cannot be had. */
function takeSlot(table: Table, lease: Lease, { now, whenPaused }: LeaseRequest): Promise<HealthItem | null> {
  const slot = slotAttribute(lease)
  const { incarnation } = lease.life
  return updateHealthItem(table, lease.life, {
    expression: `SET ${slot} = :lease, incarnation = :incarnation`,
    conditions: [sameIncarnationOrNone, isFree(slot), ...(whenPaused === 'refuse' ? [isNotPaused] : [])],
    values: { lease: leaseText(lease), incarnation, now },
  })
}

/** What is left of an endpoint that was deleted makes room for its successor's. */
async function replaceLife({ client, name }: Table, life: EndpointLife, before: HealthItem): Promise<void> {
  const put = new PutItemCommand({
    TableName: name,
    Item: toItem({ ...healthItemKey(life), incarnation: life.incarnation }),
    ConditionExpression: lifeBefore,
    ExpressionAttributeValues: valuesOf({ before: before.incarnation }),
  })
  await outcomeOf(client.send(put))
}

/** Why no slot can be had; null: one may be free. */
function refusalOf(item: HealthItem | null, request: LeaseRequest): LeaseOutcome | null {
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

/** The same comparison as in `isFree`. */
function isOver(lease: string, now: Date): boolean {
  return lease < now.toISOString()
}

function releaseLease(table: Table, lease: Lease): Promise<void> {
  const slot = slotAttribute(lease)
  return changeHealthItem(table, lease.life, {
    expression: `REMOVE ${slot}`,
    conditions: [isHeld(slot)],
    values: { lease: leaseText(lease) },
  })
}

/** The attribute of the lease's slot, `lease0` and so on. */
function slotAttribute({ slot }: Lease): string {
  return `lease${slot}`
}

/** What the slot holds. */
function leaseText({ until, messageId }: Lease): string {
  return `${until.toISOString()}#${messageId}`
}

/**
 * Adds one attempt to the counters and gives its slot back, unless the lease is over and the slot another's. Returns
 * the failures in a row; none where the endpoint's life is over.
 */
async function countAttempt(table: Table, lease: Lease, observation: Observation): Promise<FailureStreak> {
  const slot = slotAttribute(lease)
  const { set, add } = changesOf(observation)
  const isDelivered = observation.outcome === 'success'
  const firstFailure = isDelivered ? '' : ', failingSince = if_not_exists(failingSince, :lastFailureAt)'
  const removed = isDelivered ? ['failingSince'] : []
  const expression = `SET ${listOf(set, ' = ')}${firstFailure} ADD ${listOf(add, ' ')}`
  const andGivenBack = {
    expression: expression + removeList([...removed, slot]),
    conditions: [isHeld(slot)],
    values: { ...set, ...add, lease: leaseText(lease) },
  }
  const alone = {
    expression: expression + removeList(removed),
    conditions: [sameIncarnation],
    values: { ...set, ...add, incarnation: lease.life.incarnation },
  }
  const counted =
    (await updateHealthItem(table, lease.life, andGivenBack)) ?? (await updateHealthItem(table, lease.life, alone))
  return healthOf(counted)
}

function removeList(names: readonly string[]): string {
  return names.length === 0 ? '' : ` REMOVE ${names.join(', ')}`
}

/** What an attempt sets, and what it adds to. */
function changesOf(observation: Observation) {
  const { at, responseTimeMs, lastStatus, outcome, first, usedUp } = observation
  const delivered = outcome === 'success'
  const answered = responseTimeMs === null ? {} : { lastResponseTimeMs: responseTimeMs }
  return {
    set: {
      lastDeliveryAt: at,
      lastDeliveryStatus: outcome,
      lastStatusCode: lastStatus.code,
      lastStatusMessage: lastStatus.message,
      ...answered,
      ...(delivered ? { ...deliveredNow, lastSuccessAt: at } : { lastFailureAt: at }),
    },
    add: {
      deliveriesCount: first ? 1 : 0,
      deliveriesSucceeded: delivered ? 1 : 0,
      deliveriesFailed: outcome === 'failed' ? 1 : 0,
      responses: responseTimeMs === null ? 0 : 1,
      responseMs: responseTimeMs ?? 0,
      ...(delivered ? {} : { consecutiveFailures: 1, errorsSinceLastSuccess: 1, usedUpInRow: usedUp ? 1 : 0 }),
    },
  }
}

const deliveredNow = { consecutiveFailures: 0, errorsSinceLastSuccess: 0, usedUpInRow: 0 }

function listOf(changes: object, between: string): string {
  return Object.keys(changes)
    .map(name => `${name}${between}:${name}`)
    .join(', ')
}

/** Counts a delivery that failed without an attempt, also at an endpoint that had no attempt yet. */
function countUnattempted(table: Table, life: EndpointLife, at: Date): Promise<void> {
  return changeHealthItem(table, life, {
    expression:
      'SET incarnation = :incarnation, lastDeliveryStatus = :failed, lastDeliveryAt = if_not_exists(lastDeliveryAt, :at) ' +
      'ADD deliveriesFailed :one',
    conditions: [sameIncarnationOrNone],
    values: { incarnation: life.incarnation, failed: 'failed', at, one: 1 },
  })
}
