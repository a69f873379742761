import { utf8Text, whsecBase64 } from './key-bytes'
import type { Scheme, SignatureHeader } from './scheme'

/**
 * `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`, one signature a live key; also read under
 * Svix's names. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks = {
  id: ['webhook-id', 'svix-id'],
  timestamp: ['webhook-timestamp', 'svix-timestamp'],
  signature: {
    header: ['webhook-signature', 'svix-signature'],
    before: ['id', 'timestamp'],
    encoding: 'base64',
    form: 'list',
    prefix: 'v1,',
  },
  keyBytes: whsecBase64,
} as const satisfies Scheme

/** `<header>: t=<timestamp>,v1=<hex>,v1=<hex>` over `timestamp.body`: one signature a live key. */
export function timestampedList(names: { header: string }): Scheme {
  return {
    signature: {
      header: [names.header.toLowerCase()],
      before: ['timestamp'],
      encoding: 'hex',
      form: 'timestamped',
      prefix: 'v1=',
    },
    keyBytes: utf8Text,
  }
}

/** `<header>: <hex>` over `timestamp.body`, with the timestamp in a header of its own: the current key signs. */
export function timestampBodyHex(names: { header: string; timestamp: string }): Scheme {
  return {
    timestamp: [names.timestamp.toLowerCase()],
    signature: singleHex(names.header, ['timestamp'], ''),
    keyBytes: utf8Text,
  }
}

/**
 * `<header>: sha256=<hex>` over `timestamp.tenant.body`, and `<bodyHeader>: sha256=<hex>` over the body alone: the
 * current key signs both. The second stays valid for ever, so it is never enough by itself.
 */
export function tenantBodyHex(names: TenantBodyNames): Scheme {
  return {
    timestamp: [names.timestamp.toLowerCase()],
    tenant: [names.tenant.toLowerCase()],
    signature: singleHex(names.header, ['timestamp', 'tenant'], 'sha256='),
    weaker: singleHex(names.bodyHeader, [], 'sha256='),
    keyBytes: utf8Text,
  }
}

export interface TenantBodyNames {
  readonly header: string
  readonly bodyHeader: string
  readonly timestamp: string
  readonly tenant: string
}

/** `<header>: <prefix><hex>` over the body alone: the current key signs. No timestamp, so a replay is not noticed. */
export function bodyHex(names: { header: string; prefix?: string }): Scheme {
  return { signature: singleHex(names.header, [], names.prefix ?? ''), keyBytes: utf8Text }
}

function singleHex(header: string, before: SignatureHeader['before'], prefix: string): SignatureHeader {
  return { header: [header.toLowerCase()], before, encoding: 'hex', form: 'single', prefix }
}
