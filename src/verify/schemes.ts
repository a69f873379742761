import type { Scheme } from './scheme'

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, also read under Svix's names. */
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
    },
  ],
} as const satisfies Scheme
