import { describe, expect, it } from '@jest/globals'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, harness, sessionToken } from '../harness'

describe('Tumban', () => {
  it.each([
    ['nothing', {}, 'Missing or invalid Authorization header. Expected: Bearer <token>'],
    ['a token that is no session', bearer('nonsense'), 'Invalid token'],
    ['an API key that is not known', bearer('sk_nonsense'), 'Invalid or revoked API key'],
  ])('401 for %s, in its own words', async (_, init, detail) => {
    const { send, endpoint } = harness()
    await endpoint(tumban, 'acme')
    const reply = await send('POST', '/api/v2/org/webhook-secret/rotate', init)
    expect(reply).toMatchObject({ status: 401, json: { detail } })
  })
})

describe('TheSignup', () => {
  const path = '/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/rotate'

  it.each([
    ['nothing', {}, 'missing_credentials'],
    ['an API key that is not known', bearer('sgn_live_x'), 'invalid_credentials'],
    [
      'a session, of which it has none',
      bearer(sessionToken({ id: 'ann', role: 'admin', tenantIds: ['acme'] })),
      'invalid_credentials',
    ],
  ])('401 for %s', async (_, init, code) => {
    expect(await harness().send('POST', path, init)).toMatchObject({ status: 401, json: { code } })
  })
})
