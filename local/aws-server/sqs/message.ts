import { createHash } from 'node:crypto'

// A message: what is stored of it, what a queue knows of it besides, and the digests that SQS answers with.

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
  /** The tenant of a fair queue. Absent: the message is a tenant of its own. */
  readonly groupId?: string | undefined
  /** Milliseconds since 1970. */
  readonly sentAt: number
  /** When its delay is over, in milliseconds since 1970. */
  readonly delayedUntil: number
}

/** A message as a queue has it. A restart forgets how often it was received. */
export interface QueuedMessage extends StoredMessage {
  /** Part of the address that it is stored at: rises with every message. */
  readonly sequence: number
  receiveCount: number
  firstReceivedAt: number | null
  /** Hidden until then: delayed, or in flight. */
  visibleAt: number
  /** The handle of the last receive; null until there is one. */
  receiptHandle: string | null
  /** When it was received, in milliseconds since 1970; null while it is not in flight. */
  inFlightSince: number | null
  /** Rises with every message that becomes visible. */
  shownAs: number
}

/** The message as it is before its first receive. */
export function queuedMessage(stored: StoredMessage, sequence: number): QueuedMessage {
  return {
    ...stored,
    sequence,
    receiveCount: 0,
    firstReceivedAt: null,
    visibleAt: stored.delayedUntil,
    receiptHandle: null,
    inFlightSince: null,
    shownAs: 0,
  }
}

/** In hex. */
export function bodyMd5(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex')
}

/** By the SQS developer guide, "Calculating the MD5 message digest for message attributes"; undefined where there are none. */
export function attributesMd5(attributes: MessageAttributes): string | undefined {
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (sorted.length === 0) return undefined
  const hash = createHash('md5')
  for (const [name, attribute] of sorted) {
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(attribute.DataType)))
    hash.update(valueOf(attribute))
  }
  return hash.digest('hex')
}

/** 1 and the text, or 2 and the bytes. */
function valueOf({ DataType, StringValue = '', BinaryValue = '' }: MessageAttribute): Buffer {
  if (!DataType.startsWith('Binary')) return Buffer.concat([Buffer.of(1), withLength(Buffer.from(StringValue))])
  return Buffer.concat([Buffer.of(2), withLength(Buffer.from(BinaryValue, 'base64'))])
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
