import { createHmac } from 'node:crypto'
import { newId } from '../../src/core/id'
import { messageIdOf } from '../../src/delivery/delivery'
import { bodyOf, type Message, ownHeaders } from '../../src/delivery/signed-request'
import { testEventType, testPayload } from '../../src/delivery/test-delivery'
import { keyBytes, type Scheme, sign, signBody } from '../../src/verify'
import { signaturesOf } from '../../src/verify/content'
import { signedContent } from '../../src/verify/hmac'
import { readSignedBody } from '../../src/verify/in-body'
import { readDelivery } from '../../src/verify/received-delivery'
import type { Dialect } from './sender-dialect'

// Test deliveries: genuine ones by the code that signs Keyturn's own, and what a forger makes of them.

/** One request as it goes to the receiver. A header with several values is sent as often. */
export interface TestDelivery {
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** What deliveries of one exam have in common. */
export interface Bed {
  readonly dialect: Dialect
  readonly tenantId: string
  /** Where the sender believes to send to: some schemes sign it. */
  readonly url: string
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

export interface Signing {
  /** Newest first. */
  readonly secrets: readonly string[]
  /** Seconds from now; 0 by default. */
  readonly shiftSeconds?: number
  /** Another one than the sender's. */
  readonly scheme?: Scheme
  readonly url?: string
  /** A message of its own by default. */
  readonly message?: Message
  /** How the body is written; as the sender does by default. */
  readonly written?: (body: string) => string
}

/** The message of a test: nothing happened, and its ids are its own. */
export function testMessage({ dialect, tenantId, now, randomBytes }: Bed): Message {
  const event = { tenantId, id: newId('evt', randomBytes), type: testEventType, at: now(), payload: testPayload }
  const endpointId = 'exam'
  const origin = { tenantId, endpointId, incarnation: newId('inc', randomBytes), eventId: event.id }
  return { id: messageIdOf(dialect.format.messageIds, origin), endpointId, event }
}

/** A delivery that is signed as the sender would. */
export function signed(bed: Bed, signing: Signing): TestDelivery & { readonly headers: Record<string, string> } {
  const { dialect, tenantId, url } = bed
  const { secrets, shiftSeconds = 0, scheme = dialect.scheme, message = testMessage(bed), written = same } = signing
  const unsigned = written(bodyOf(dialect.format, message, dialect.times))
  const now = new Date(bed.now().getTime() + shiftSeconds * 1000)
  const options = { scheme, id: message.id, tenant: tenantId, url: signing.url ?? url, now }
  const body = scheme.inBody === undefined ? unsigned : signBody(unsigned, secrets, options)
  return { headers: { ...ownHeaders(dialect.format, message), ...sign(body, secrets, options) }, body }
}

function same(body: string): string {
  return body
}

/** A delivery without any signature. */
export function unsigned(bed: Bed, secret: string): TestDelivery {
  const message = testMessage(bed)
  const { scheme, format, times } = bed.dialect
  const { headers, body } = signed(bed, { secrets: [secret], message })
  const names = signaturesOf(scheme).flatMap(({ header }) => header)
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name))),
    body: scheme.inBody === undefined ? body : bodyOf(format, message, times),
  }
}

/**
 * HMAC pads its key with zero bytes (RFC 2104, section 2), so an empty key signs as one zero byte does, which `sign` takes.
 */
export function signedByNoKey(bed: Bed): TestDelivery {
  const scheme: Scheme = { ...bed.dialect.scheme, keyBytes: { encoding: 'hex', prefix: '' } }
  return signed(bed, { secrets: ['00'], scheme })
}

/** What a signature header holds that one key signed: `t=1700000000,`, `v1=` and the HMAC. */
export interface SignatureParts {
  readonly before: string
  readonly prefix: string
  readonly hmac: string
}

/** The delivery of one key with another text in the place of its signature. */
export function withSignature(
  { headers, body }: TestDelivery,
  scheme: Scheme,
  change: (parts: SignatureParts) => string,
): TestDelivery {
  const { inBody } = scheme
  const changed = (signature: string): string => change(partsOf(signature, scheme))
  if (inBody !== undefined) {
    const { signature = '' } = readSignedBody(body, inBody) ?? {}
    return { headers, body: body.replace(`"${signature}"`, () => `"${changed(signature)}"`) }
  }
  const [name = ''] = scheme.signature.header
  return { headers: { ...headers, [name]: changed(String(headers[name])) }, body }
}

function partsOf(signature: string, { signature: { encoding, prefix } }: Scheme): SignatureParts {
  const hmac = signature.slice(encoding === 'base64' ? -44 : -64)
  return { before: signature.slice(0, signature.length - hmac.length - prefix.length), prefix, hmac }
}

/** What of the delivery is signed by HMAC with SHA-1, encoded. */
export function sha1Of({ headers, body }: TestDelivery, bed: Bed, secret: string): string {
  const { scheme } = bed.dialect
  const { encoding } = scheme.signature
  const delivery = readDelivery(headers, scheme, body)
  const hmac = createHmac('sha1', keyBytes(secret, scheme.keyBytes))
  for (const part of signedContent(scheme.signature, { ...delivery, url: bed.url }, delivery.body)) hmac.update(part)
  return encoding === 'upper-hex' ? hmac.digest('hex').toUpperCase() : hmac.digest(encoding)
}
