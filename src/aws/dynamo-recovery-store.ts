import type { RecoveryState, RecoveryStore, Backlog, TestedResume } from '../delivery/recovery'
import type { EndpointLife } from '../rotation/ports'
import { duePages, recoveryShardOf } from './due-index'
import { changeHealthItem, type HealthItem, loadHealthItem, updateHealthItem } from './health-item'
import { healthAddressOf } from './item-keys'
import type { Table } from './table'

// The clauses of the conditions.

const sameIncarnation = 'incarnation = :incarnation'
const sameIncarnationOrNone = '(attribute_not_exists(incarnation) OR incarnation = :incarnation)'
const isNotPaused = 'attribute_not_exists(pausedAt)'
/** No backlog is being sent, or one that has come further than this place. */
const isBehind = '(attribute_not_exists(recoverAfter) OR recoverAfter > :after)'
/** Nobody has moved the backlog on, or begun it anew. */
const sameBacklog = 'recoverAfter = :from AND recoverUntil = :until'

/** How endpoints come back, in DynamoDB: in the item of their health, which is in the index while it is due. */
export function dynamoRecoveryStore(table: Table): RecoveryStore {
  return {
    load: async address => {
      const item = await loadHealthItem(table, address)
      return item === null ? null : stateOf(item)
    },
    due: async function* (now, limit) {
      const pages = duePages(table, { kind: 'recoveries', until: now, limit })
      for await (const itemKeys of pages) yield itemKeys.map(healthAddressOf)
    },
    postpone: (life, change) => postpone(table, life, change),
    begin: (life, backlog, dueAt) => begin(table, life, { backlog, dueAt }),
    move: (life, from, to) =>
      changeHealthItem(table, life, {
        expression:
          to === null
            ? 'REMOVE recoverAfter, recoverUntil, dueAt, dueShard'
            : 'SET recoverAfter = :after, dueAt = :dueAt, dueShard = :dueShard',
        conditions: [sameIncarnation, sameBacklog, isNotPaused],
        values: {
          incarnation: life.incarnation,
          from: from.after,
          until: from.until,
          ...(to === null ? {} : { ...to, dueShard: recoveryShardOf(life) }),
        },
      }),
    resume: (life, resumed) => resume(table, life, resumed),
  }
}

function stateOf({
  incarnation,
  dueAt,
  pausedAt,
  recoverAfter: after,
  recoverUntil: until,
}: HealthItem): RecoveryState {
  return { incarnation, dueAt, pausedAt, backlog: after === null || until === null ? null : { after, until } }
}

function postpone(
  table: Table,
  life: EndpointLife,
  { from, to }: { readonly from: Date | null; readonly to: Date | null },
): Promise<void> {
  return changeHealthItem(table, life, {
    expression: to === null ? 'REMOVE dueAt, dueShard' : 'SET dueAt = :to, dueShard = :dueShard',
    conditions: [sameIncarnation, from === null ? 'attribute_not_exists(dueAt)' : 'dueAt = :from'],
    values: {
      incarnation: life.incarnation,
      ...(from === null ? {} : { from }),
      ...(to === null ? {} : { to, dueShard: recoveryShardOf(life) }),
    },
  })
}

async function begin(
  table: Table,
  life: EndpointLife,
  { backlog, dueAt }: { readonly backlog: Backlog; readonly dueAt: Date },
): Promise<void> {
  const { after, until } = backlog
  const set = 'recoverUntil = :until, dueAt = :dueAt, dueShard = :dueShard, incarnation = :incarnation'
  const values = { until, dueAt, dueShard: recoveryShardOf(life), incarnation: life.incarnation }
  const begun = await updateHealthItem(table, life, {
    expression: `SET ${set}, recoverAfter = :after`,
    conditions: [sameIncarnationOrNone, isBehind],
    values: { ...values, after },
  })
  if (begun === null)
    await changeHealthItem(table, life, { expression: `SET ${set}`, conditions: [sameIncarnation], values })
}

/** A backlog that the pause had interrupted goes on from where it was. */
async function resume(
  table: Table,
  life: EndpointLife,
  { pausedAt, backlog, dueAt }: TestedResume,
): Promise<'stored' | 'conflict'> {
  const resumed = await updateHealthItem(table, life, {
    expression:
      'SET consecutiveFailures = :zero, usedUpInRow = :zero, recoverAfter = if_not_exists(recoverAfter, :after), ' +
      'recoverUntil = :until, dueAt = :dueAt, dueShard = :dueShard REMOVE failingSince, pausedAt, pausedReason',
    conditions: [sameIncarnation, 'pausedAt = :pausedAt'],
    values: { zero: 0, ...backlog, dueAt, dueShard: recoveryShardOf(life), pausedAt, incarnation: life.incarnation },
  })
  return resumed === null ? 'conflict' : 'stored'
}
