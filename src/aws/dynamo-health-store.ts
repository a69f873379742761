import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { DeliveryHealth } from '../delivery/delivery-health'
import type { HealthStore, Lease } from '../delivery/health-store'
import { acquireLease, leaseAttribute, leaseValue } from './attempt-lease'
import { batchGet } from './batch-get'
import { changeHealth } from './change-health'
import { countAttempt } from './count-attempt'
import { countStop } from './count-stop'
import { healthItemKey } from './delivery-item-key'
import { dynamoRotationHealth } from './dynamo-rotation-health'
import { healthItemOf, healthOf } from './health-item'
import { loadHealth } from './load-health'
import { outcomeOf } from './table'
import type { Table } from './table'
import { valuesOf } from './update-of'
import { toItem } from './storable'
import type { EndpointLife } from "../endpoints/endpoint-store";

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
