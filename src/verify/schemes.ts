import { requireHeaderName, requireObject } from './arguments'
import { type KeyBytes, utf8Text, whsecBase64 } from './key-bytes'

/**
 * How deliveries are signed, as data: always by HMAC-SHA256, never by what a delivery itself names. Five schemes are
 * ready below; any other is an object of this type.
 *
 * Every header has one name in each naming: names at the same index belong together. The first naming is written; a
 * delivery is read under the first naming of which it has every header.
 */
export interface Scheme {
  /** The header with the message's id. Empty: deliveries have no such header; the same below. */
  readonly id: readonly string[]
  /** The header with the unix seconds of sending. */
  readonly timestamp: readonly string[]
  readonly tenant: readonly string[]
  /** Present: the time of sending is in milliseconds. */
  readonly milliseconds?: true
  /**
   * Present: the time of sending is a text, in UTC: `2021-03-25T05:09:27Z` to the second, or `2021-03-25T05:09:27.120Z` to
   * the millisecond. No other spelling is read. Absent: it is a number since 1970.
   */
  readonly isoTime?: 'second' | 'millisecond'
  /** A delivery without it is refused. */
  readonly signature: SignatureHeader
  /** Written as well. Where a delivery has it, it must match; it covers less, so it is never enough by itself. */
  readonly weaker: SignatureHeader | undefined
  /** Written as well while the key before works: its signature, in a header of its own. One of the two must match. */
  readonly previous?: SignatureHeader
  /**
   * Present: signature, id and timestamp are texts in the body, a JSON object, at these paths (`proof.signature`), and in
   * no header. What is signed as `{body}` is then the body with the signature's text empty.
   */
  readonly inBody?: { readonly signature: string; readonly id?: string; readonly timestamp?: string }
  /** How a secret's text becomes the key, unless the caller knows otherwise. */
  readonly keyBytes: KeyBytes
}

/** One signature header of a delivery. */
export interface SignatureHeader {
  /** Lower-case names, one in each naming of the scheme. */
  readonly header: readonly string[]
  /**
   * What the HMAC-SHA256 is taken over, with its parts in braces: `{id}.{timestamp}.{body}`, `v0:{timestamp}:{body}`,
   * `{url}{body}`. An id or a tenant is kept apart from the next part by the character after it, which it must not hold.
   * Without `{body}` whoever has one delivery can put another body into it.
   */
  readonly content: string
  readonly encoding: 'hex' | 'upper-hex' | 'base64'
  /**
   * `single`: one signature, so the current key signs. `list`: one a live key, separated by spaces.
   * `timestamped`: `t=<timestamp>,<prefix><signature>,…`, one a live key; the timestamp is read from here.
   */
  readonly form: 'single' | 'list' | 'timestamped'
  /**
   * What stands between the parts of `list` and `timestamped`: a space, or one of `,` `;` `|`, which a space may follow.
   * It must stand in no prefix. Absent: a space in `list`, a comma in `timestamped`.
   */
  readonly separator?: string
  /** What stands before each signature: `v1,`, `v1=`, `sha256=` or nothing. */
  readonly prefix: string
  /** What stands before those of the keys before, where it differs: `v2=` in `v1=<current>,v2=<before>`. */
  readonly olderPrefix?: string
}

/** What a signature can cover besides the body. `url`: where the delivery is sent, as the receiver gave it. */
export type SignedPart = 'id' | 'timestamp' | 'tenant' | 'url'

/**
 * `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`, one signature a live key; also read under
 * Svix's names (`svix-signature`). The key is the base64 after `whsec_`. This is what `verify` and `sign` take by default.
 *
 * Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers":
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @example
 * ```ts
 * verify(body, headers, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { scheme: standardWebhooks })
 * ```
 */
export const standardWebhooks = {
  id: ['webhook-id', 'svix-id'],
  timestamp: ['webhook-timestamp', 'svix-timestamp'],
  tenant: [],
  signature: {
    header: ['webhook-signature', 'svix-signature'],
    content: '{id}.{timestamp}.{body}',
    encoding: 'base64',
    form: 'list',
    prefix: 'v1,',
  },
  weaker: undefined,
  keyBytes: whsecBase64,
} as const satisfies Scheme

/**
 * `<header>: t=<timestamp>,v1=<hex>,v1=<hex>` over `timestamp.body`, one signature a live key. The key is the UTF-8
 * text of the whole secret. Stripe signs so: https://docs.stripe.com/webhooks#verify-manually
 *
 * @example
 * ```ts
 * verify(body, headers, secret, { scheme: timestampedList({ header: 'Stripe-Signature' }) })
 * ```
 */
export function timestampedList(names: { header: string }): Scheme {
  requireHeaderNames(names, ['header'])
  const signature = hexSignature(names.header, '{timestamp}.{body}', 'v1=')
  return hexScheme({ signature: { ...signature, form: 'timestamped' } })
}

/**
 * `<header>: <hex>` over `timestamp.body`, with the unix seconds in a header of their own: the current key signs. The
 * key is the UTF-8 text of the whole secret.
 *
 * @example
 * ```ts
 * const scheme = timestampBodyHex({ header: 'X-Webhook-Signature', timestamp: 'X-Webhook-Timestamp' })
 * verify(body, headers, [newest, previous], { scheme })
 * ```
 */
export function timestampBodyHex(names: { header: string; timestamp: string }): Scheme {
  requireHeaderNames(names, ['header', 'timestamp'])
  return hexScheme({ timestamp: names.timestamp, signature: hexSignature(names.header, '{timestamp}.{body}', '') })
}

/**
 * `<header>: sha256=<hex>` over `timestamp.tenant.body`, and `<bodyHeader>: sha256=<hex>` over the body alone: the
 * current key signs both. The second stays valid for ever, so it is never enough by itself. The key is the UTF-8 text
 * of the whole secret.
 *
 * @example
 * ```ts
 * const scheme = tenantBodyHex({
 *   header: 'X-Signature-V2',
 *   bodyHeader: 'X-Signature',
 *   timestamp: 'X-Timestamp',
 *   tenant: 'X-Org-Id',
 * })
 * verify(body, headers, [newest, previous], { scheme })
 * ```
 */
export function tenantBodyHex(names: TenantBodyNames): Scheme {
  requireHeaderNames(names, ['header', 'bodyHeader', 'timestamp', 'tenant'])
  return hexScheme({
    timestamp: names.timestamp,
    tenant: names.tenant,
    signature: hexSignature(names.header, '{timestamp}.{tenant}.{body}', 'sha256='),
    weaker: hexSignature(names.bodyHeader, '{body}', 'sha256='),
  })
}

/** The names of the headers, in any case. */
export interface TenantBodyNames {
  readonly header: string
  readonly bodyHeader: string
  readonly timestamp: string
  readonly tenant: string
}

/**
 * `<header>: <prefix><hex>` over the body alone: the current key signs, and the key is the UTF-8 text of the whole
 * secret. Nothing says when it was sent, so a replay is not noticed: remember the ids of deliveries. GitHub signs so:
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 *
 * @example
 * ```ts
 * verify(body, headers, secret, { scheme: bodyHex({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }) })
 * ```
 */
export function bodyHex(names: { header: string; prefix?: string }): Scheme {
  requireHeaderNames(names, ['header'])
  return hexScheme({ signature: hexSignature(names.header, '{body}', names.prefix ?? '') })
}

/** @throws {TypeError} when one is missing: nothing would ever verify */
function requireHeaderNames<Name extends string>(
  names: Readonly<Record<Name, unknown>>,
  needed: readonly Name[],
): void {
  requireObject('names', `an object { ${needed.join(', ')} }`, names)
  for (const name of needed) requireHeaderName(name, names[name])
}

interface HexScheme {
  readonly timestamp?: string
  readonly tenant?: string
  readonly signature: SignatureHeader
  readonly weaker?: SignatureHeader
}

function hexScheme({ timestamp, tenant, signature, weaker }: HexScheme): Scheme {
  return { id: [], timestamp: named(timestamp), tenant: named(tenant), signature, weaker, keyBytes: utf8Text }
}

function hexSignature(header: string, content: string, prefix: string): SignatureHeader {
  return { header: named(header), content, encoding: 'hex', form: 'single', prefix }
}

function named(header: string | undefined): readonly string[] {
  return header === undefined ? [] : [header.toLowerCase()]
}
