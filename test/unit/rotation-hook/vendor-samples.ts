import type { Contract } from '../../../src/contracts/contract'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'

/** The replies that the vendors' own pages show for a rotation, word for word, and what is in them. */
export interface VendorSample {
  readonly name: string
  readonly contract: Contract
  readonly body: string
  readonly secret: string
  readonly rotatedAt: string | null
}

const featurebaseWebhook = (secret: string): string => `{
"id": "507f1f77bcf86cd799439011",
"createdAt": "2025-01-15T10:30:00.000Z",
"description": "Handles all production events",
"health": {
"avgResponseTime": 200,
"consecutiveFailures": 0,
"errorsSinceLastSuccess": 0,
"lastResponseTime": 150,
"lastSuccessAt": "2025-01-15T10:30:00.000Z"
},
"lastStatus": {
"code": 200,
"message": "Success",
"timestamp": "2025-01-15T10:30:00.000Z"
},
"name": "Production Webhook",
"object": "webhook",
"requestConfig": {
"timeoutMs": 5000,
"headers": {
"X-Custom-Header": "value"
}
},
"secret": "${secret}",
"status": "active",
"topics": [
"post.created",
"post.updated"
],
"updatedAt": "2025-01-15T10:30:00.000Z",
"url": "https://example.com/webhooks",
"version": "1.0"
}`

export const vendorSamples: readonly VendorSample[] = [
  {
    name: 'tumban',
    contract: tumban,
    body: `{
  "webhook_secret": "5f4dcc3b5aa765d61d8327deb882cf99...",
  "rotated_at": "2026-04-29T12:00:00.123456+00:00"
}`,
    secret: '5f4dcc3b5aa765d61d8327deb882cf99...',
    rotatedAt: '2026-04-29T12:00:00.123Z',
  },
  {
    name: 'thesignup',
    contract: thesignup,
    body: `{
"endpoint": {
"id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
"url": "http://example.com",
"description": "string",
"eventTypes": [
"signup.created"
],
"paused": true,
"pausedReason": "string",
"pausedAt": "2019-08-24T14:15:22Z",
"consecutiveFailures": 0,
"lastSuccessAt": "2019-08-24T14:15:22Z",
"lastFailureAt": "2019-08-24T14:15:22Z",
"createdAt": "2019-08-24T14:15:22Z",
"updatedAt": "2019-08-24T14:15:22Z"
},
"signingSecret": "whsec_AbCdEf..."
}`,
    secret: 'whsec_AbCdEf...',
    rotatedAt: null,
  },
  {
    name: 'storno',
    contract: storno,
    body: `{
  "uuid": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
  "url": "https://your-app.example.com/webhooks/storno",
  "description": "Production invoice notifications",
  "events": [
    "invoice.created",
    "invoice.validated",
    "invoice.rejected",
    "invoice.paid"
  ],
  "isActive": true,
  "secret": "whsec_c2b04e8f3d5a6e1f9b0c4d7a2e8f5b1c3d6a9e2f5b8c1d4a7e0f3b6c9d2a5e8f",
  "createdAt": "2026-02-10T09:00:00Z",
  "updatedAt": "2026-02-18T10:30:00Z"
}`,
    secret: 'whsec_c2b04e8f3d5a6e1f9b0c4d7a2e8f5b1c3d6a9e2f5b8c1d4a7e0f3b6c9d2a5e8f',
    rotatedAt: null,
  },
  {
    name: 'featurebase',
    contract: featurebase,
    body: featurebaseWebhook('whsec_abc123def456ghi789'),
    secret: 'whsec_abc123def456ghi789',
    rotatedAt: null,
  },
  {
    name: 'featurebase, the short one',
    contract: featurebase,
    body: `{
"object": "webhook",
"id": "507f1f77bcf86cd799439011",
"name": "Production Webhook",
"url": "https://example.com/webhooks",
"secret": "whsec_newSecret123abc456def",
"topics": ["post.created", "post.updated"],
"status": "active"
}`,
    secret: 'whsec_newSecret123abc456def',
    rotatedAt: null,
  },
  {
    name: 'teambattles',
    contract: teambattles,
    body: `{
  "id": "<string>",
  "signingSecret": "<string>",
  "secretPrefix": "<string>"
}`,
    secret: '<string>',
    rotatedAt: null,
  },
  {
    name: 'keyturn',
    contract: keyturn,
    body: `{"endpoint":{"id":"ep_1","tenantId":"org_1"},"signingSecret":"whsec_bmV3","keyId":"key_9","version":4,
"previousExpiresAt":"2026-11-22T12:00:00.000Z","mirror":"current"}`,
    secret: 'whsec_bmV3',
    rotatedAt: null,
  },
]
