import { bodyHex, type Scheme, standardWebhooks } from '../../../src/verify'

/** A delivery that others published, with where. */
export interface Vector {
  readonly source: string
  readonly scheme: Scheme
  readonly secret: string
  readonly seconds: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export const published: readonly Vector[] = [
  {
    source: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts',
    scheme: standardWebhooks,
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    seconds: 1614265330,
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  },
  {
    source: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
    scheme: standardWebhooks,
    secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    seconds: 1731705121,
    body: '{"event_type":"ping","data":{"success":true}}',
    headers: {
      'svix-id': 'msg_loFOjxBNrRLzqYUf',
      'svix-timestamp': '1731705121',
      'svix-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
  },
  {
    source: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
    scheme: bodyHex({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }),
    secret: "It's a Secret to Everybody",
    seconds: 0,
    body: 'Hello, World!',
    headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
  },
]
