/**
 * How message ids are written: `msg_` and 24 hex characters, or a UUID. Like the words of `dimensions.ts`, those of the
 * lists here are all used by some contract.
 */
export const messageIdKinds = ['msg', 'uuid'] as const
export type MessageIdKind = (typeof messageIdKinds)[number]

/** What a header can carry. */
export const headerFields = ['messageId', 'eventId', 'eventType', 'tenantId', 'endpointId'] as const
/** What a member of the envelope can carry. `createdAt` is the event's time. */
export const bodyFields = [
  'messageId',
  'eventId',
  'eventType',
  'tenantId',
  'endpointId',
  'createdAt',
  'payload',
] as const
export type DeliveryPart = (typeof bodyFields)[number]

/** What a contract's deliveries carry besides their signature. */
export interface DeliveryFormat {
  readonly messageIds: MessageIdKind
  readonly userAgent: string
  /** Headers by their lower-case names, besides those of the signing scheme. */
  readonly headers: Readonly<Record<string, (typeof headerFields)[number]>>
  /** The JSON body's members, in order. `payload`: the event's payload itself, without an envelope. */
  readonly body: 'payload' | Readonly<Record<string, DeliveryPart>>
  /** Which answers count as delivered. */
  readonly success: '2xx' | readonly number[]
  /** How often a failed delivery is tried again; never more often than the schedule has waits. Null: the whole schedule. */
  readonly retries: number | null
}

/** Standard Webhooks' recommended payload, for contracts that say nothing else. */
export const standardDelivery = {
  messageIds: 'msg',
  userAgent: 'Keyturn/1.0',
  headers: {},
  body: { type: 'eventType', timestamp: 'createdAt', data: 'payload' },
  success: '2xx',
  retries: null,
} as const satisfies DeliveryFormat
