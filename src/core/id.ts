/** Ids of tenants and endpoints, of every contract. `#` and `/` would reach into other item keys and other mirrors' names. */
export const storedIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/

const idBytes = 12

/** `<prefix>_` and 24 hex characters. */
export function newId(
  prefix: 'key' | 'chg' | 'inc' | 'evt' | 'att' | 'prb' | 'end',
  randomBytes: (count: number) => Buffer,
): string {
  return `${prefix}_${randomBytes(idBytes).toString('hex')}`
}

/**
 * `length` characters of `alphabet`, all equally likely (to within 2^-64), from one call of `randomBytes`. The same
 * bytes give the same characters.
 */
export function randomDigits(alphabet: string, length: number, randomBytes: (count: number) => Buffer): string {
  const base = BigInt(alphabet.length)
  const bytes = randomBytes(Math.ceil((length * Math.log2(alphabet.length)) / 8) + 8)
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let digits = ''
  for (let place = 0; place < length; place += 1) {
    digits += alphabet.charAt(Number(rest % base))
    rest /= base
  }
  return digits
}

/** A version 4 UUID made of 16 random bytes (RFC 9562, section 5.4). */
export function randomUuid(bytes: Buffer): string {
  const own = Buffer.from(bytes)
  own.writeUInt8((own.readUInt8(6) & 0x0f) | 0x40, 6)
  own.writeUInt8((own.readUInt8(8) & 0x3f) | 0x80, 8)
  return own.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Any UUID, in either case. */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
