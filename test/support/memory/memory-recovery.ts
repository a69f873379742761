import type { RecoveryState, RecoveryStore } from '../../../src/delivery/recovery'
import { neverDelivered } from '../../../src/delivery/health'
import type { EndpointAddress, EndpointLife } from '../../../src/rotation/ports'
import { change, type HealthTable, noFailures, placeOf, storedOf } from './memory-health'

/** A model of the recovery store over the table of the health model: each call takes effect at once. */
export function memoryRecovery(table: HealthTable): RecoveryStore {
  const load = (address: EndpointAddress): RecoveryState | null => stateOf(table, address)
  const put = (life: EndpointLife, state: Partial<Pick<RecoveryState, 'dueAt' | 'backlog'>>): void => {
    const stored = storedOf(table, life)
    const before = stored?.recovery ?? { dueAt: null, backlog: null }
    const begun = stored ?? { incarnation: life.incarnation, health: neverDelivered, resetAt: 0 }
    table.stored.set(placeOf(life), { ...begun, recovery: { ...before, ...state } })
  }
  const loadLife = (life: EndpointLife): RecoveryState | null => {
    const state = load(life)
    return state?.incarnation === life.incarnation ? state : null
  }
  return {
    load: async address => load(address),
    due: async function* (now) {
      yield [...table.stored].flatMap(([place, { recovery }]) => {
        const [tenantId = '', endpointId = ''] = place.split('#')
        const dueAt = recovery?.dueAt ?? null
        return dueAt !== null && dueAt <= now ? { tenantId, endpointId } : []
      })
    },
    postpone: async (life, { from, to }) => {
      const state = loadLife(life)
      if (state !== null && state.dueAt?.getTime() === from?.getTime()) put(life, { dueAt: to })
    },
    begin: async (life, backlog, dueAt) => {
      const state = load(life)
      if (state !== null && state.incarnation !== life.incarnation) return
      const before = state?.backlog ?? null
      const after = before !== null && before.after <= backlog.after ? before.after : backlog.after
      put(life, { backlog: { after, until: backlog.until }, dueAt })
    },
    move: async (life, from, to) => {
      const state = loadLife(life)
      const backlog = state?.backlog ?? null
      if (state?.pausedAt !== null || backlog === null) return
      if (backlog.after !== from.after || backlog.until.getTime() !== from.until.getTime()) return
      if (to === null) put(life, { backlog: null, dueAt: null })
      else put(life, { backlog: { after: to.after, until: from.until }, dueAt: to.dueAt })
    },
    resume: async (life, { pausedAt, backlog, dueAt }) => {
      const state = loadLife(life)
      if (state === null || state.pausedAt?.getTime() !== pausedAt.getTime()) return 'conflict'
      change(table, life, { ...noFailures, pausedAt: null, pausedReason: null })
      put(life, { backlog: { after: state.backlog?.after ?? backlog.after, until: backlog.until }, dueAt })
      return 'stored'
    },
  }
}

function stateOf(table: HealthTable, address: EndpointAddress): RecoveryState | null {
  const stored = table.stored.get(placeOf(address))
  if (stored === undefined) return null
  const { incarnation, health, recovery } = stored
  return { incarnation, pausedAt: health.pausedAt, dueAt: recovery?.dueAt ?? null, backlog: recovery?.backlog ?? null }
}
