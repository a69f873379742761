import type { AuditRecord } from '../../src/rotation/change'
import type { Change, Endpoint } from '../../src/rotation/endpoint'
import type { EndpointStore } from '../../src/rotation/ports'
import type { EndpointTable } from '../support/memory/memory-endpoint-store'
import type { Sabotage, Services } from './cloud'

/** The endpoint's item is written whatever revision is stored. */
export const commitWithoutCondition: Sabotage = (services, { table }) => ({
  ...services,
  store: {
    ...services.store,
    commit: (endpoint, expected) => services.store.commit(endpoint, storedRevision(table, endpoint) ?? expected),
  },
})

/** AWSCURRENT moves whichever version has it. */
export const moveWithoutSwap: Sabotage = (services, { vault }) => ({
  ...services,
  mirror: {
    ...services.mirror,
    moveCurrent: (move, signal) => {
      const from = vault.secrets.get(move.name)?.labels.get('AWSCURRENT') ?? move.from
      return services.mirror.moveCurrent({ ...move, from }, signal)
    },
  },
})

/** What settling found out is written whatever revision is stored. */
export const markWithoutCondition: Sabotage = (services, { table }) => ({
  ...services,
  store: {
    ...services.store,
    settle: (endpoint, settled, signal) => {
      const revision = storedRevision(table, endpoint) ?? endpoint.revision
      return services.store.settle({ ...endpoint, revision }, settled, signal)
    },
  },
})

/** Whatever is stored under a tombstone's id is dropped. */
export const dropWithoutCondition: Sabotage = (services, { table }) => ({
  ...services,
  store: {
    ...services.store,
    drop: async ({ tenantId, id }) => (table.endpoints.delete(`${tenantId}#${id}`) ? 'stored' : 'conflict'),
  },
})

/** Whoever could read a mirror goes on reading it. */
export const policyKept: Sabotage = services => ({
  ...services,
  mirror: { ...services.mirror, removePolicy: async () => undefined },
})

/** Every audit record is a new one. */
export const auditWithoutKey: Sabotage = (services, { audits }) => ({
  ...services,
  audit: {
    ...services.audit,
    record: async record => void audits.records.set(`record ${audits.records.size}`, record),
  },
})

/** A load shows other change ids than were committed, so that no request finds its own change. */
export const loadWithoutIds: Sabotage = services => ({ ...services, ...withoutIds(services) })

function withoutIds({ store, audit, events }: Services): Pick<Services, 'store' | 'audit' | 'events'> {
  const hiding: EndpointStore = {
    ...store,
    load: async key => {
      const endpoint = await store.load(key)
      return endpoint && withIds(endpoint, hidden)
    },
    create: (endpoint, vacancy) => store.create(withIds(endpoint, shown), vacancy),
    commit: (endpoint, expected) => store.commit(withIds(endpoint, shown), expected),
    settle: (endpoint, settled, signal) => store.settle(withIds(endpoint, shown), settled, signal),
    drop: (endpoint, signal) => store.drop(withIds(endpoint, shown), signal),
  }
  return {
    store: hiding,
    audit: {
      ...audit,
      record: (record: AuditRecord, signal) => audit.record({ ...record, id: shown(record.id) }, signal),
    },
    events: {
      publish: (list, signal) =>
        events.publish(
          list.map(event => ({ ...event, id: shown(event.id) })),
          signal,
        ),
    },
  }
}

function withIds(endpoint: Endpoint, as: (id: string) => string): Endpoint {
  const [first, ...others] = endpoint.changes
  const renamed = (change: Change): Change => ({ ...change, id: as(change.id) })
  return { ...endpoint, changes: [renamed(first), ...others.map(renamed)] }
}

function hidden(id: string): string {
  return `${id}?`
}

function shown(id: string): string {
  return id.replace(/\?$/, '')
}

function storedRevision(table: EndpointTable, { tenantId, id }: Endpoint): number | undefined {
  return table.endpoints.get(`${tenantId}#${id}`)?.endpoint.revision
}
