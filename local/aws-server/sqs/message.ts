/** A message attribute as it travels: `StringValue` or `BinaryValue` (base64) by its data type. */
export interface MessageAttribute {
  readonly DataType: string
  readonly StringValue?: string | undefined
  readonly BinaryValue?: string | undefined
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>
/** What is stored of a message. */
export interface StoredMessage {
  readonly id: string
  readonly body: string
  readonly attributes: MessageAttributes
  /** Milliseconds since 1970. */
  readonly sentAt: number
  /** When its delay is over, in milliseconds since 1970. */
  readonly delayedUntil: number
}
/** A message as a queue has it. How often it was received is forgotten at a restart. */
export interface QueuedMessage extends StoredMessage {
  /** Under which it is stored: rises with every message. */
  readonly sequence: number
  receiveCount: number
  firstReceivedAt: number | null
  /** Hidden until then: delayed, or in flight. */
  visibleAt: number
  /** The handle of the last receive; null until there is one. */
  receiptHandle: string | null
}
export function queuedMessage(stored: StoredMessage, sequence: number): QueuedMessage {
  return {
    ...stored,
    sequence,
    receiveCount: 0,
    firstReceivedAt: null,
    visibleAt: stored.delayedUntil,
    receiptHandle: null,
  }
}
