import type { PortalSession, PortalSessionStore } from '../../../src/access/portal-session'

/** The stored portal sessions by their ids, and which of them have ended. */
export interface PortalSessionTable {
  readonly sessions: Map<string, PortalSession>
  readonly ended: Set<string>
}

export function portalSessionTable(): PortalSessionTable {
  return { sessions: new Map(), ended: new Set() }
}

/** A model of the portal sessions' store. */
export function memoryPortalSessionStore({ sessions, ended }: PortalSessionTable): PortalSessionStore {
  const live = (id: string): PortalSession | null => (ended.has(id) ? null : (sessions.get(id) ?? null))
  return {
    create: async session => void sessions.set(session.id, session),
    findLive: async id => live(id),
    exchange: async (id, exchange) => {
      const session = live(id)
      if (session !== null && session.exchange === null) sessions.set(id, { ...session, exchange })
      return live(id)
    },
    end: async (tenantId, id) => {
      if (sessions.get(id)?.tenantId !== tenantId) return false
      ended.add(id)
      return true
    },
    endAll: async (tenantId, subject) => {
      for (const session of sessions.values()) {
        if (session.tenantId === tenantId && (subject === null || session.subject === subject)) ended.add(session.id)
      }
    },
  }
}
