/** A text that must not show up, and what it is called in a finding. */
export interface Canary {
  readonly name: string
  readonly text: string
}

/** One way in which a canary could be written. */
export interface Form {
  readonly canary: string
  readonly as: string
  readonly bytes: Buffer
}

const encodings = ['base64', 'base64url', 'hex'] as const
const prefix = /^(?:whsec_|sgn_live_|storno_|fb_|tb_|kt_|sk_)/

/**
 * The text without its prefix as it stands, and the text and the bytes that it encodes in base64, base64url and hex,
 * also from the middle of a longer encoded text.
 */
export function formsOf({ name, text }: Canary): readonly Form[] {
  const body = text.replace(prefix, '')
  const decoded = /^[0-9a-f]+$/.test(body) ? Buffer.from(body, 'hex') : Buffer.from(body, 'base64')
  const form = (as: string, bytes: Buffer): Form => ({ canary: name, as, bytes })
  return [
    form('text', Buffer.from(body)),
    form('escaped text', Buffer.from(encodeURIComponent(body))),
    form('bytes', decoded),
    ...encodings.flatMap(encoding => [
      ...encodedParts(Buffer.from(text), encoding).map(part => form(`text in ${encoding}`, part)),
      ...encodedParts(decoded, encoding).map(part => form(`bytes in ${encoding}`, part)),
    ]),
  ]
}

/** What of the encoded bytes does not depend on what stands around them: base64 takes three at a time. */
function encodedParts(bytes: Buffer, encoding: (typeof encodings)[number]): readonly Buffer[] {
  if (encoding === 'hex')
    return [bytes.toString('hex'), bytes.toString('hex').toUpperCase()].map(part => Buffer.from(part))
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding)
    const whole = Math.floor((offset + bytes.length) / 3) * 4
    return Buffer.from(encoded.slice(offset === 0 ? 0 : 4, whole))
  })
}
