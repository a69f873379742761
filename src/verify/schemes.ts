import { utf8Text, whsecBase64 } from './key-bytes'
import type { Scheme, SignatureHeader } from './scheme'

/**
 * `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`, one signature a live key; also read under
 * Svix's names. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks = {
  id: ['webhook-id', 'svix-id'],
  timestamp: ['webhook-timestamp', 'svix-timestamp'],
  tenant: [],
  signature: {
    header: ['webhook-signature', 'svix-signature'],
    before: ['id', 'timestamp'],
    encoding: 'base64',
    form: 'list',
    prefix: 'v1,',
  },
  weaker: undefined,
  keyBytes: whsecBase64,
} as const satisfies Scheme

/** `<header>: t=<timestamp>,v1=<hex>,v1=<hex>` over `timestamp.body`: one signature a live key. */
export function timestampedList(names: { header: string }): Scheme {
  const signature = hexSignature(names.header, ['timestamp'], 'v1=')
  return hexScheme({ signature: { ...signature, form: 'timestamped' } })
}

/** `<header>: <hex>` over `timestamp.body`, with the timestamp in a header of its own: the current key signs. */
export function timestampBodyHex(names: { header: string; timestamp: string }): Scheme {
  return hexScheme({ timestamp: names.timestamp, signature: hexSignature(names.header, ['timestamp'], '') })
}

/**
 * `<header>: sha256=<hex>` over `timestamp.tenant.body`, and `<bodyHeader>: sha256=<hex>` over the body alone: the
 * current key signs both. The second stays valid for ever, so it is never enough by itself.
 */
export function tenantBodyHex(names: TenantBodyNames): Scheme {
  return hexScheme({
    timestamp: names.timestamp,
    tenant: names.tenant,
    signature: hexSignature(names.header, ['timestamp', 'tenant'], 'sha256='),
    weaker: hexSignature(names.bodyHeader, [], 'sha256='),
  })
}

export interface TenantBodyNames {
  readonly header: string
  readonly bodyHeader: string
  readonly timestamp: string
  readonly tenant: string
}

/** `<header>: <prefix><hex>` over the body alone: the current key signs. No timestamp, so a replay is not noticed. */
export function bodyHex(names: { header: string; prefix?: string }): Scheme {
  return hexScheme({ signature: hexSignature(names.header, [], names.prefix ?? '') })
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

function hexSignature(header: string, before: SignatureHeader['before'], prefix: string): SignatureHeader {
  return { header: named(header), before, encoding: 'hex', form: 'single', prefix }
}

function named(header: string | undefined): readonly string[] {
  return header === undefined ? [] : [header.toLowerCase()]
}
