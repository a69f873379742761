import { unsettledChanges, type ChangeKind, type Endpoint } from '../endpoints/endpoint'
import type { EventType, KeyturnEvent } from './event-bus'

const eventTypes = {
  create: 'endpoint.created',
  rotate: 'secret.rotated',
  revoke: 'secret.revoked',
  update: 'endpoint.updated',
  delete: 'endpoint.deleted',
} as const satisfies Record<ChangeKind, EventType>

/** The events of the changes that are not settled, oldest first. */
export function eventsOf(endpoint: Endpoint): readonly KeyturnEvent[] {
  const { tenantId, id: endpointId, contract } = endpoint
  return unsettledChanges(endpoint)
    .map(({ kind, id, keyId, version, at, actor }) => {
      return { type: eventTypes[kind], id, tenantId, endpointId, contract, keyId, version, at, actor }
    })
    .toReversed()
}
