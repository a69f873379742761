import type { HealthStore } from '../delivery/health-store'
import { changeHealth } from './change-health'
import { healthOf } from './health-item'
import { loadHealth } from './load-health'
import type { Table } from './table'

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
