import type { PortalSession, PortalSessionStore } from '../../../src/access/portal-session'
import {
  type PortalRecord,
  recordOfAllEnded,
  recordOfSession,
  recordOfSessionEnd,
} from '../../../src/access/tenant-record'

/** The stored portal sessions by their ids, and which of them have ended. */
export interface PortalSessionTable {
  readonly sessions: Map<string, PortalSession>
  readonly ended: Set<string>
  readonly records: PortalRecord[]
}

export function portalSessionTable(): PortalSessionTable {
  return { sessions: new Map(), ended: new Set(), records: [] }
}

/** A model of the portal sessions' store. */
export function memoryPortalSessionStore({ sessions, ended, records }: PortalSessionTable): PortalSessionStore {
  const live = (id: string): PortalSession | null => (ended.has(id) ? null : (sessions.get(id) ?? null))
  return {
    create: async session => {
      sessions.set(session.id, session)
      records.push(recordOfSession(session))
    },
    findLive: async id => live(id),
    exchange: async (id, exchange) => {
      const session = live(id)
      if (session !== null && session.exchange === null) sessions.set(id, { ...session, exchange })
      return live(id)
    },
    end: async (tenantId, id, ending) => {
      const session = sessions.get(id)
      if (session?.tenantId !== tenantId) return false
      if (!ended.has(id)) records.push(recordOfSessionEnd(session, ending))
      ended.add(id)
      return true
    },
    endAll: async (tenantId, subject, ending) => {
      records.push(recordOfAllEnded(tenantId, subject, ending))
      for (const session of sessions.values()) {
        if (session.tenantId === tenantId && (subject === null || session.subject === subject)) ended.add(session.id)
      }
    },
  }
}
