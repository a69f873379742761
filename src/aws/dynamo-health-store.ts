import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DeliveryHealth } from '../delivery/delivery-health'
import type { EndpointLife, HealthStore, Lease } from '../delivery/health-store'
import { acquireLease, leaseAttribute, leaseValue } from './attempt-lease'
import { batchGet } from './batch-get'
import { countAttempt } from './count-attempt'
import { healthItemKey } from './delivery-item-key'
import { healthItemOf, healthOf } from './health-item'
import { loadHealth } from './load-health'
import { outcomeOf } from './table'
import type { Table } from './table'
import { valuesOf } from './update-of'

const isOfThisLife = 'incarnation = :incarnation'
const isNotPaused = 'attribute_not_exists(pausedAt)'
const isNotResetYet = '(attribute_not_exists(failuresResetAt) OR failuresResetAt < :revision)'

/** Delivery health in DynamoDB, one item an endpoint. */
export function dynamoHealthStore(table: Table): HealthStore {
  return {
    load: async life => {
      const item = await loadHealth(table, life)
      return healthOf(item?.incarnation === life.incarnation ? item : null)
    },
    loadAny: async key => {
      const item = await loadHealth(table, key)
      return { health: healthOf(item), incarnation: item?.incarnation ?? null }
    },
    loadMany: lives => loadMany(table, lives),
    paused: lives => paused(table, lives),
    acquire: request => acquireLease(table, request),
    release: lease => release(table, lease),
    finish: (lease, observation) => countAttempt(table, lease, observation),
    pause: (life, { at, reason }) =>
      change(table, life, {
        expression: 'SET pausedAt = :at, pausedReason = :reason',
        condition: isNotPaused,
        values: { at: at.toISOString(), reason },
      }),
    resume: life =>
      change(table, life, {
        expression: 'SET consecutiveFailures = :zero REMOVE pausedAt, pausedReason',
        values: { zero: 0 },
      }),
    resetFailures: (life, revision, signal) =>
      change(table, life, {
        expression: 'SET consecutiveFailures = :zero, failuresResetAt = :revision',
        condition: isNotResetYet,
        values: { zero: 0, revision },
        signal,
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
    Key: marshall(healthItemKey(lease.life)),
    UpdateExpression: `REMOVE ${slot}`,
    ConditionExpression: `${slot} = :lease`,
    ExpressionAttributeValues: valuesOf([['lease', leaseValue(lease)]]),
  })
  await outcomeOf(table.client.send(update))
}

interface Change {
  readonly expression: string
  readonly condition?: string
  readonly values: Readonly<Record<string, string | number>>
  readonly signal?: AbortSignal
}

/** Changes the item of this life; where there is none, nothing needs the change. */
async function change({ client, name }: Table, life: EndpointLife, wanted: Change): Promise<void> {
  const { expression, condition, values, signal } = wanted
  const update = new UpdateItemCommand({
    TableName: name,
    Key: marshall(healthItemKey(life)),
    UpdateExpression: expression,
    ConditionExpression: condition === undefined ? isOfThisLife : `${isOfThisLife} AND ${condition}`,
    ExpressionAttributeValues: valuesOf(Object.entries({ ...values, incarnation: life.incarnation })),
  })
  await outcomeOf(client.send(update, signal === undefined ? {} : { abortSignal: signal }))
}
