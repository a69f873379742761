import { type DeliveryHealth, type HealthStore, neverDelivered } from '../../../src/delivery/health'
import type { RecoveryState } from '../../../src/delivery/recovery'
import type { EndpointAddress, EndpointLife } from '../../../src/rotation/ports'
import { type Proof, withProof } from '../../../src/rotation/proof'

export interface HealthTable {
  /** By tenant and endpoint. */
  readonly stored: Map<string, StoredLife>
}

interface StoredLife {
  readonly incarnation: string
  readonly health: DeliveryHealth
  /** The last revision that reset the failures. */
  readonly resetAt: number
  readonly proofs?: readonly Proof[]
  /** Absent: nothing is due. */
  readonly recovery?: Pick<RecoveryState, 'dueAt' | 'backlog'>
}

export function healthTable(): HealthTable {
  return { stored: new Map() }
}

/** A model of the health store without leases and counting: each call takes effect at once. */
export function memoryHealth(
  table: HealthTable,
): Pick<HealthStore, 'loadAny' | 'loadMany' | 'resume' | 'resetFailures' | 'keepProof'> {
  return {
    loadAny: async address => {
      const nothing = { health: neverDelivered, incarnation: null, proofs: [] }
      const { health, incarnation, proofs = [] } = table.stored.get(placeOf(address)) ?? nothing
      return { health, incarnation, proofs }
    },
    keepProof: async (life, proof, keyIds) => {
      const { incarnation } = life
      const stored = table.stored.get(placeOf(life)) ?? { incarnation, health: neverDelivered, resetAt: 0 }
      if (stored.incarnation !== incarnation) return
      table.stored.set(placeOf(life), { ...stored, proofs: withProof(stored.proofs ?? [], proof, keyIds) })
    },
    loadMany: async lives => {
      const found = lives.flatMap(life => {
        const stored = storedOf(table, life)
        return stored === null ? [] : [[life.endpointId, stored.health] as const]
      })
      return new Map(found)
    },
    resume: async life => change(table, life, { ...noFailures, pausedAt: null, pausedReason: null }),
    resetFailures: async (life, revision, signal) => {
      signal.throwIfAborted()
      const stored = storedOf(table, life)
      if (stored === null || stored.resetAt >= revision) return
      table.stored.set(placeOf(life), { ...stored, resetAt: revision })
      change(table, life, noFailures)
    },
  }
}

export const noFailures = { consecutiveFailures: 0, failingSince: null, usedUpInRow: 0 } as const

export function storedOf(table: HealthTable, life: EndpointLife): StoredLife | null {
  const stored = table.stored.get(placeOf(life))
  return stored?.incarnation === life.incarnation ? stored : null
}

export function change(table: HealthTable, life: EndpointLife, changes: Partial<DeliveryHealth>): void {
  const stored = storedOf(table, life)
  if (stored !== null) table.stored.set(placeOf(life), { ...stored, health: { ...stored.health, ...changes } })
}

export function placeOf({ tenantId, endpointId }: EndpointAddress): string {
  return `${tenantId}#${endpointId}`
}
