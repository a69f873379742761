/** Why a request does not verify. Codes stay; the texts beside them are for people. */
export type FindingCode =
  // Headers
  | 'header-missing'
  | 'header-empty'
  | 'header-doubled'
  | 'header-renamed'
  | 'header-altered'
  | 'id-with-separator'
  | 'tenant-with-separator'
  // Time
  | 'clock-skew'
  | 'replayed'
  | 'timestamp-in-milliseconds'
  | 'timestamp-in-seconds'
  | 'timestamp-malformed'
  // Signature
  | 'signature-truncated'
  | 'signature-spelling'
  | 'signature-algorithm'
  | 'signed-otherwise'
  | 'second-signature'
  | 'other-scheme'
  | 'wrong-url'
  | 'url-missing'
  // Body
  | 'body-empty'
  | 'body-parsed'
  | 'body-reserialised'
  | 'body-key-order'
  | 'body-escapes'
  | 'body-newline'
  | 'body-whitespace'
  | 'body-byte-order-mark'
  | 'body-line-endings'
  | 'body-charset'
  | 'body-unicode-form'
  | 'body-url-encoding'
  | 'body-base64'
  | 'body-compressed'
  | 'body-decompressed'
  | 'body-chunked'
  | 'body-stringified'
  | 'body-wrapped'
  | 'body-length'
  // Secrets
  | 'no-secret'
  | 'secret-empty'
  | 'secret-whitespace'
  | 'secret-quoted'
  | 'secret-prefix'
  | 'secret-encoding'
  | 'secret-case'
  | 'secret-url-encoded'
  | 'secret-encoded-again'
  | 'secret-is-document'
  | 'secret-is-public-key'
  | 'secret-is-private-key'
  | 'secret-is-api-key'
  | 'secret-is-mask'
  | 'secret-is-name'
  | 'secret-is-placeholder'
  | 'secret-is-id'
  | 'secret-is-url'
  | 'secret-is-signature'
  | 'secret-of-another-scheme'
  | 'secret-malformed'
  | 'secret-length'
  // Keys
  | 'key-ended'
  | 'key-pending'
  | 'key-of-previous-version'
  | 'keys-made-later'
  | 'no-key-signed'
  | 'refused'

/**
 * - `proven`: the verifier refuses for this, or a key's signature matches once it is put right.
 * - `likely`: it looks so, and nothing that was tried makes a signature match.
 * - `possible`: it can be so.
 */
export type Certainty = 'proven' | 'likely' | 'possible'

export interface Finding {
  readonly code: FindingCode
  readonly certainty: Certainty
  /** One or two sentences. Names headers, lengths, offsets, times and keys' ids; no value, no secret and no signature. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
}

export function proven(code: FindingCode, message: string, remedy: string): Finding {
  return { code, certainty: 'proven', message, remedy }
}

export function likely(code: FindingCode, message: string, remedy: string): Finding {
  return { code, certainty: 'likely', message, remedy }
}

export function possible(code: FindingCode, message: string, remedy: string): Finding {
  return { code, certainty: 'possible', message, remedy }
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** A length of time for people, in its greatest unit and the next one: `2 hours 5 minutes`. The sign is dropped. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds))
  const at = units.findIndex(([, length]) => whole >= length)
  if (at === -1) return '0 seconds'
  const [name, length] = units[at] ?? units[3]
  const rest = units[at + 1]
  const more = rest === undefined ? 0 : Math.floor((whole % length) / rest[1])
  const first = counted(Math.floor(whole / length), name)
  return rest === undefined || more === 0 ? first : `${first} ${counted(more, rest[0])}`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
