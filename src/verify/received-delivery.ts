import { kindOf } from './arguments'
import { separatorIn, separatorName } from './content'
import { readSignedBody } from './in-body'
import type { Scheme } from './schemes'
import { timestampsIn } from './signatures'
import { WebhookVerificationError } from './verification-error'

/**
 * Fetch's `Headers`, Node's `IncomingHttpHeaders`, or a Lambda event's record. Names match in any case (RFC 9110,
 * section 5.1). A value of null counts as absent.
 */
export type DeliveryHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | null | undefined>>

/** What a delivery says of itself, before anything is verified. Undefined where the scheme has no such header. */
export interface ReceivedDelivery {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly tenant: string | undefined
  readonly signature: string
  /** Empty where the delivery does not have it; the same below. */
  readonly weaker: string | undefined
  readonly previous: string | undefined
  /** What was signed as the body. */
  readonly body: string | Uint8Array
}

/**
 * Reads the delivery under the first of the scheme's namings of which every header is there.
 * @throws {WebhookVerificationError} `missing-header`; `bad-id` and `bad-tenant` for what would reach into the next part
 *   that is signed; `bad-timestamp` when a timestamped list has not exactly one.
 */
export function readDelivery(headers: DeliveryHeaders, scheme: Scheme, body: string | Uint8Array): ReceivedDelivery {
  const delivery = scheme.inBody === undefined ? inHeaders(headers, scheme, body) : inBody(headers, scheme, body)
  if (delivery === undefined) {
    throw new WebhookVerificationError('missing-header', `needed: ${neededNames(scheme).join(', ')}`)
  }
  refuseSeparators(delivery, scheme)
  return delivery
}

function inHeaders(headers: DeliveryHeaders, scheme: Scheme, body: string | Uint8Array): ReceivedDelivery | undefined {
  for (let naming = 0; naming < scheme.signature.header.length; naming += 1) {
    const delivery = readNaming(headers, { scheme, naming, body })
    if (delivery !== undefined) return delivery
  }
  return undefined
}

function inBody(headers: DeliveryHeaders, scheme: Scheme, body: string | Uint8Array): ReceivedDelivery | undefined {
  const signed = scheme.inBody === undefined ? null : readSignedBody(body, scheme.inBody)
  const tenant = read(headers, scheme.tenant, 0)
  if (signed === null || tenant === '') return undefined
  const { signature, emptied } = signed
  const id = signed.id ?? read(headers, scheme.id, 0)
  const timestamp = signed.timestamp ?? read(headers, scheme.timestamp, 0)
  if (id === '' || timestamp === '') return undefined
  return { id, timestamp, tenant, signature, weaker: undefined, previous: undefined, body: emptied }
}

function refuseSeparators({ id = '', tenant = '' }: ReceivedDelivery, scheme: Scheme): void {
  const inId = separatorIn(scheme, 'id', id)
  if (inId !== undefined) throw unclear('bad-id', 'id', inId)
  const inTenant = separatorIn(scheme, 'tenant', tenant)
  if (inTenant !== undefined) throw unclear('bad-tenant', 'tenant', inTenant)
}

function unclear(code: 'bad-id' | 'bad-tenant', part: string, separator: string): WebhookVerificationError {
  const message = `the ${part} must not hold ${separatorName(separator)}, since it is signed`
  return new WebhookVerificationError(code, message)
}

interface Naming {
  readonly scheme: Scheme
  readonly naming: number
  readonly body: string | Uint8Array
}

function readNaming(headers: DeliveryHeaders, { scheme, naming, body }: Naming): ReceivedDelivery | undefined {
  const signature = read(headers, scheme.signature.header, naming) ?? ''
  const previous = read(headers, scheme.previous?.header ?? [], naming)
  if (signature === '') return undefined
  const id = read(headers, scheme.id, naming)
  const timestamp = read(headers, scheme.timestamp, naming)
  const tenant = read(headers, scheme.tenant, naming)
  if (id === '' || timestamp === '' || tenant === '') return undefined
  return {
    id,
    timestamp: scheme.signature.form === 'timestamped' ? onlyTimestamp(signature, scheme) : timestamp,
    tenant,
    signature,
    weaker: read(headers, scheme.weaker?.header ?? [], naming),
    previous,
    body,
  }
}

/** Undefined: the scheme has no such header. Empty: the delivery does not have it. */
function read(headers: DeliveryHeaders, names: readonly string[], naming: number): string | undefined {
  const name = names[naming]
  return name === undefined ? undefined : headerValue(headers, name)
}

/**
 * The value of the header, empty where it is absent.
 * @throws {WebhookVerificationError} `missing-header` when a record gives it more than once.
 * @throws {TypeError} when it is no text
 */
function headerValue(headers: DeliveryHeaders, name: string): string {
  const value = isLookup(headers) ? headers.get(name) : (headers[name] ?? headers[spelledKey(headers, name)])
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (!Array.isArray(value)) throw new TypeError(`the header ${name} must be a text; ${kindOf(value)} was given`)
  if (value.length === 0) return ''
  if (value.length > 1) throw new WebhookVerificationError('missing-header', `${name} must be there once`)
  return value[0] ?? ''
}

function isLookup(headers: DeliveryHeaders): headers is { get(name: string): string | null | undefined } {
  return typeof headers['get'] === 'function'
}

function spelledKey(headers: object, name: string): string {
  return Object.keys(headers).find(key => key.length === name.length && key.toLowerCase() === name) ?? name
}

function onlyTimestamp(list: string, { signature }: Scheme): string {
  const [timestamp, ...others] = timestampsIn(list, signature)
  if (timestamp === undefined || others.length > 0) {
    throw new WebhookVerificationError('bad-timestamp', 'the signature header must hold one t=')
  }
  return timestamp
}

function neededNames(scheme: Scheme): string[] {
  const lists = [scheme.id, scheme.timestamp, scheme.tenant, scheme.signature.header]
  return [...lists.flatMap(([name]) => name ?? []), ...Object.values(scheme.inBody ?? {})]
}
