import type { Actor } from '../endpoints/endpoint'

export type EventType =
  'secret.rotated' | 'secret.revoked' | 'endpoint.created' | 'endpoint.updated' | 'endpoint.deleted'

/** What happened to an endpoint. Delivered at least once: `id` tells repeats. Never a secret. */
export interface KeyturnEvent {
  readonly type: EventType
  readonly id: string
  readonly tenantId: string
  readonly endpointId: string
  readonly contract: string
  readonly keyId: string
  readonly version: number
  readonly at: Date
  readonly actor: Actor
}

export interface EventBus {
  /** @throws when any event was not taken */
  publish(events: readonly KeyturnEvent[], signal: AbortSignal): Promise<void>
}
