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
