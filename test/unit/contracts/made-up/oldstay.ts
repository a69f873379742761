import type { Contract } from '../../../../src/contracts/contract'
import { standardWebhooks } from '../../../../src/verify/schemes'

/** Only the rotation hook calls it: no API keys of its own, nobody who may call, no errors. The key before never ends. */
export const oldstay = {
  name: 'oldstay',
  credentials: {},
  tenant: { from: 'credential' },
  ids: { kind: 'uuid' },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  overlap: { kind: 'fixed', seconds: 'endless' },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/stays/{id}/rotate',
      reply: { status: 200, body: { key: 'signingSecret' } },
    },
  ],
} as const satisfies Contract
