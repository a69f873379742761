import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { addSeconds } from '../core/instant'
import { type DeliveryHealth, type FailureStreak, type HealthStore, type Observation } from '../delivery/health'
import { testIntervalSeconds } from '../delivery/recovery'
import type { EndpointLife } from '../rotation/ports'
import { type Proof, withProof } from '../rotation/proof'
import { outcomeOf } from './conditional-write'
import { recoveryShardOf } from './due-index'
import { changeHealthItem, healthItemOf, healthOf, loadHealthItem, updateHealthItem } from './health-item'
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
/** No other proof was stored meanwhile. */
const sameProofs = '(attribute_not_exists(proofChanges) OR proofChanges = :before)'
/** What a resume and a rotation set; `failingSince` is removed with them. */
const noFailures = 'consecutiveFailures = :zero, usedUpInRow = :zero'

/** Delivery health in DynamoDB, one item an endpoint. */
export function dynamoHealthStore(table: Table): HealthStore {
  return {
    ...dynamoRotationHealth(table),
    load: life => load(table, life),
    loadMany: lives => loadMany(table, lives),
    beginLife: (life, before) => beginLife(table, life, before),
    countAttempt: (life, observation) => countAttempt(table, life, observation),
    noteFailingTold: (life, failingSince) =>
      changeHealthItem(table, life, {
        expression: 'SET failingTold = :failingSince',
        conditions: [sameIncarnation, 'failingSince = :failingSince'],
        values: { failingSince, incarnation: life.incarnation },
      }),
    countUnattempted: (life, at) => countUnattempted(table, life, at),
    keepProof: (life, proof, keyIds) => keepProof(table, life, { proof, keyIds }),
    pause: (life, { at, reason }) =>
      changeHealthItem(table, life, {
        expression: 'SET pausedAt = :at, pausedReason = :reason, dueAt = :dueAt, dueShard = :dueShard',
        conditions: [sameIncarnation, isNotPaused],
        values: { at, reason, ...firstTest(life, at), incarnation: life.incarnation },
      }),
  }
}

function firstTest(life: EndpointLife, pausedAt: Date): Readonly<Record<'dueAt' | 'dueShard', unknown>> {
  return { dueAt: addSeconds(pausedAt, testIntervalSeconds), dueShard: recoveryShardOf(life) }
}

/** What rotating and settling need of an endpoint's health, in DynamoDB. */
export function dynamoRotationHealth(table: Table): Pick<HealthStore, 'loadAny' | 'resetFailures' | 'resume'> {
  return {
    loadAny: async address => {
      const item = await loadHealthItem(table, address)
      return { health: healthOf(item), incarnation: item?.incarnation ?? null, proofs: item?.proofs ?? [] }
    },
    resume: life =>
      changeHealthItem(table, life, {
        expression: `SET ${noFailures} REMOVE pausedAt, pausedReason, failingSince`,
        conditions: [sameIncarnation],
        values: { zero: 0, incarnation: life.incarnation },
      }),
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

/** What is left of an endpoint that was deleted makes room for its successor's. */
async function beginLife({ client, name }: Table, life: EndpointLife, before: string): Promise<void> {
  const put = new PutItemCommand({
    TableName: name,
    Item: toItem({ ...healthItemKey(life), incarnation: life.incarnation }),
    ConditionExpression: lifeBefore,
    ExpressionAttributeValues: valuesOf({ before }),
  })
  await outcomeOf(client.send(put))
}

/** Adds one attempt to the counters. Returns the failures in a row; none where the endpoint's life is over. */
async function countAttempt(table: Table, life: EndpointLife, observation: Observation): Promise<FailureStreak> {
  const { set, add } = changesOf(observation)
  const isDelivered = observation.outcome === 'success'
  const firstFailure = isDelivered ? '' : ', failingSince = if_not_exists(failingSince, :lastFailureAt)'
  const removed = isDelivered ? ' REMOVE failingSince' : ''
  const { incarnation } = life
  const counted = await updateHealthItem(table, life, {
    expression: `SET incarnation = :incarnation, ${listOf(set, ' = ')}${firstFailure} ADD ${listOf(add, ' ')}${removed}`,
    conditions: [sameIncarnationOrNone],
    values: { ...set, ...add, incarnation },
  })
  return { ...healthOf(counted), failingTold: counted?.failingTold ?? null }
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

interface KeptProof {
  readonly proof: Proof
  readonly keyIds: readonly string[]
}

/** Two probes that end at one time keep both proofs: what another one changed meanwhile is read again. */
const proofTries = 5

async function keepProof(table: Table, life: EndpointLife, { proof, keyIds }: KeptProof): Promise<void> {
  for (let tries = 0; tries < proofTries; tries += 1) {
    const item = await loadHealthItem(table, life)
    if (item !== null && item.incarnation !== life.incarnation) return
    const before = item ?? { proofs: [], proofChanges: 0 }
    const stored = await updateHealthItem(table, life, {
      expression: 'SET incarnation = :incarnation, proofs = :proofs, proofChanges = :after',
      conditions: [sameIncarnationOrNone, sameProofs],
      values: {
        incarnation: life.incarnation,
        proofs: withProof(before.proofs, proof, keyIds),
        before: before.proofChanges,
        after: before.proofChanges + 1,
      },
    })
    if (stored !== null) return
  }
  throw new Error('what a probe proved could not be stored')
}
