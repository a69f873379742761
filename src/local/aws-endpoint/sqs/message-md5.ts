import { createHash } from 'node:crypto'
import type { MessageAttribute, MessageAttributes } from './message'

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
