import { thesignup } from '../../../src/contracts/thesignup'
import type { Contract } from '../../../src/contracts/contract'

/** A contract that does not come with Keyturn, as a platform engineer would name it in the configuration. */
export const acme = {
  ...thesignup,
  name: 'acme',
  credentials: { ...thesignup.credentials, apiKey: { prefix: 'acme_', encoding: 'base64url', bytes: 32 } },
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/hooks/{id}/roll',
      access: { apiKey: {} },
      reply: { status: 200, body: { hook: 'id', secret: 'signingSecret' } },
    },
  ],
} as const satisfies Contract
