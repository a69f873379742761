/** The parts of DER (ITU-T X.690) that a certificate needs, each the bytes of one value. */
export const der = {
  sequence: (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts),
  set: (...parts: readonly Buffer[]): Buffer => tagged(0x31, ...parts),
  /** A small number, 0…127. */
  integer: (value: number): Buffer => tagged(0x02, Buffer.from([value])),
  true: Buffer.from([0x01, 0x01, 0xff]),
  bits: (bytes: Buffer): Buffer => tagged(0x03, Buffer.from([0]), bytes),
  octets: (bytes: Buffer): Buffer => tagged(0x04, bytes),
  utf8: (text: string): Buffer => tagged(0x0c, Buffer.from(text, 'utf8')),
  /** `1.2.840.10045.4.3.2` */
  oid: (dotted: string): Buffer => tagged(0x06, oidBytes(dotted)),
  /** For the years up to 2049 (RFC 5280, section 4.1.2.5.1). */
  time: (at: Date): Buffer => tagged(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`)),
  /** `[number]` around other values. */
  explicit: (number: number, ...parts: readonly Buffer[]): Buffer => tagged(0xa0 + number, ...parts),
  /** `[number]` in place of a value's own tag. */
  implicit: (number: number, bytes: Buffer): Buffer => tagged(0x80 + number, bytes),
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content])
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function oidBytes(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)])
}

/** Seven bits a byte; every byte but the last has the highest bit set. */
function base128(value: number): readonly number[] {
  const digits = value.toString(2).length
  return Array.from({ length: Math.ceil(digits / 7) }, (_, at) => (value >> (7 * at)) & 0x7f)
    .map((bits, at) => (at === 0 ? bits : bits | 0x80))
    .toReversed()
}
