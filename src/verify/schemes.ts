import { utf8Text, whsecBase64 } from './key-bytes'
import type { Scheme } from './scheme'

/**
 * `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`, also read under Svix's names.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks = {
  id: ['webhook-id', 'svix-id'],
  timestamp: ['webhook-timestamp', 'svix-timestamp'],
  signatures: [
    {
      header: ['webhook-signature', 'svix-signature'],
      content: ['id', 'timestamp', 'body'],
      encoding: 'base64',
      form: 'list',
      prefix: 'v1,',
      presence: 'required',
    },
  ],
  keyBytes: whsecBase64,
} as const satisfies Scheme

/** `<header>: t=<timestamp>,v1=<hex>,v1=<hex>` over `timestamp.body`: one signature a live key. */
export function timestampedList(names: { header: string }): Scheme {
  return {
    signatures: [
      {
        header: [names.header],
        content: ['timestamp', 'body'],
        encoding: 'hex',
        form: 'timestamped',
        prefix: 'v1=',
        presence: 'required',
      },
    ],
    keyBytes: utf8Text,
  }
}

/** `<header>: <hex>` over `timestamp.body`, with the timestamp in a header of its own: the current key signs. */
export function timestampBodyHex(names: { header: string; timestamp: string }): Scheme {
  return {
    timestamp: [names.timestamp],
    signatures: [
      {
        header: [names.header],
        content: ['timestamp', 'body'],
        encoding: 'hex',
        form: 'single',
        prefix: '',
        presence: 'required',
      },
    ],
    keyBytes: utf8Text,
  }
}

/**
 * `<header>: sha256=<hex>` over `timestamp.tenant.body`, and `<bodyHeader>: sha256=<hex>` over the body alone: the
 * current key signs both. The second has no protection against replay, so it is never enough by itself.
 */
export function tenantBodyHex(names: {
  header: string
  bodyHeader: string
  timestamp: string
  tenant: string
}): Scheme {
  return {
    timestamp: [names.timestamp],
    tenant: [names.tenant],
    signatures: [
      {
        header: [names.header],
        content: ['timestamp', 'tenant', 'body'],
        encoding: 'hex',
        form: 'single',
        prefix: 'sha256=',
        presence: 'required',
      },
      {
        header: [names.bodyHeader],
        content: ['body'],
        encoding: 'hex',
        form: 'single',
        prefix: 'sha256=',
        presence: 'checked',
      },
    ],
    keyBytes: utf8Text,
  }
}

/** `<header>: <prefix><hex>` over the body alone: the current key signs; no timestamp, so no protection against replay. */
export function bodyHex(names: { header: string; prefix?: string }): Scheme {
  return {
    signatures: [
      {
        header: [names.header],
        content: ['body'],
        encoding: 'hex',
        form: 'single',
        prefix: names.prefix ?? '',
        presence: 'required',
      },
    ],
    keyBytes: utf8Text,
  }
}
