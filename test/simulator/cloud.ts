import type { AuditLog, EndpointStore, EventBus, Mirror, RotationDeps, Sealer } from '../../src/rotation/ports'
import { auditTable, type AuditTable, memoryAuditLog } from '../support/memory/memory-audit-log'
import { endpointTable, type EndpointTable, memoryEndpointStore } from '../support/memory/memory-endpoint-store'
import { memoryEventBus, publishedEvents, type PublishedEvents } from '../support/memory/memory-event-bus'
import { healthTable, type HealthTable, memoryHealth } from '../support/memory/memory-health'
import { memoryMirror, secretVault, type SecretVault } from '../support/memory/memory-mirror'
import { memorySealer } from '../support/memory/memory-sealer'

/** The state of the services. */
export interface CloudState {
  readonly table: EndpointTable
  readonly audits: AuditTable
  readonly vault: SecretVault
  readonly published: PublishedEvents
  readonly health: HealthTable
}

/** The services' models. Every call takes effect at once, before it returns its promise. */
export interface Services {
  readonly store: EndpointStore
  readonly audit: AuditLog
  readonly sealer: Sealer
  readonly mirror: Mirror
  readonly events: EventBus
  readonly health: RotationDeps['health']
}

export interface Cloud {
  readonly state: CloudState
  readonly services: Services
}

/** Takes a safeguard out of the services, to see that the simulator notices. */
export type Sabotage = (services: Services, state: CloudState) => Services

export function newCloud(sabotage: Sabotage = services => services): Cloud {
  const state = {
    table: endpointTable(),
    audits: auditTable(),
    vault: secretVault(),
    published: publishedEvents(),
    health: healthTable(),
  }
  const services = {
    store: memoryEndpointStore(state.table),
    audit: memoryAuditLog(state.audits),
    sealer: memorySealer(),
    mirror: memoryMirror(state.vault),
    events: memoryEventBus(state.published),
    health: memoryHealth(state.health),
  }
  return { state, services: sabotage(services, state) }
}
