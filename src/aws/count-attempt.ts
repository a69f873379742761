import type { Lease, Observation } from '../delivery/health-store'
import { leaseAttribute, leaseValue } from './attempt-lease'
import type { Table } from './table'
import { updateHealth } from './update-health'
import { valuesOf } from './update-of'

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
