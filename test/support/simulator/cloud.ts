import type { AuditLog, EndpointStore } from '../../../src/endpoints/endpoint-store'
import type { EventBus } from '../../../src/mirror/event-bus'
import type { Mirror } from '../../../src/mirror/mirror'
import type { RotationDeps } from '../../../src/rotation/deps'
import type { Sealer } from '../../../src/rotation/sealer'
import { auditTable, memoryAuditLog, type AuditTable } from '../memory/memory-audit-log'
import { endpointTable, memoryEndpointStore, type EndpointTable } from '../memory/memory-endpoint-store'
import { memoryEventBus, publishedEvents, type PublishedEvents } from '../memory/memory-event-bus'
import { healthTable, memoryHealth, type HealthTable } from '../memory/memory-health'
import { memoryMirror, secretVault, type SecretVault } from '../memory/memory-mirror'
import { memorySealer } from '../memory/memory-sealer'

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
