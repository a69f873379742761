import { createHash } from 'node:crypto'
import type { MessageIdKind } from '../contracts/delivery-format'
import { randomUuid } from '../contracts/random-uuid'

export interface MessageOrigin {
  readonly tenantId: string
  readonly endpointId: string
  readonly incarnation: string
  readonly eventId: string
}

/** The id of an event's message to an endpoint: always the same, so that making it again makes nothing twice. */
export function messageIdOf(kind: MessageIdKind, origin: MessageOrigin): string {
  const { tenantId, endpointId, incarnation, eventId } = origin
  const digest = createHash('sha256')
    .update(JSON.stringify([tenantId, endpointId, incarnation, eventId]))
    .digest()
  return kind === 'uuid' ? randomUuid(digest.subarray(0, 16)) : `msg_${digest.toString('hex').slice(0, 24)}`
}

/** Ids that `messageIdOf` makes, of either kind. */
export const messageIdPattern = /^[0-9A-Za-z_-]{1,64}$/
