import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, harness, sessionToken, tenant } from '../harness'

describe('Tumban', () => {
  it('403 for members and API keys, in its own words', async () => {
    const { send, endpoint, apiKey } = harness()
    await endpoint(tumban, 'acme')
    const path = '/api/v2/org/webhook-secret/rotate'
    const member = sessionToken({ id: 'max', role: 'member', tenantIds: ['acme'] })
    expect(await send('POST', path, bearer(member))).toMatchObject({
      status: 403,
      json: { detail: 'Admin role required' },
    })
    expect(await send('POST', path, bearer(await apiKey(tumban, 'acme')))).toMatchObject({
      status: 403,
      json: { detail: 'This endpoint requires a dashboard session. API keys are not permitted.' },
    })
  })
})

describe('Storno', () => {
  it('403 without webhook.manage', async () => {
    const { send, apiKey } = harness()
    const token = await apiKey(storno, tenant, { permissions: ['webhook.view'] })
    const path = '/api/v1/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/regenerate-secret'
    const reply = await send('POST', path, bearer(token, { 'X-Company': tenant }))
    expect(reply).toMatchObject({
      status: 403,
      json: { code: 403, error: 'Insufficient permissions — requires webhook.manage permission' },
    })
  })
})

describe('TeamBattles', () => {
  it('403 without the permission, then without the plan', async () => {
    const { send, apiKey } = harness()
    const path = '/api/v1/webhooks/wh_abc123/rotate-secret'
    const free = await apiKey(teambattles, 'game:g1', { plan: 'free' })
    const bare = await apiKey(teambattles, 'game:g1', { plan: 'free', permissions: [] })
    expect(await send('POST', path, bearer(bare))).toMatchObject({
      status: 403,
      json: { error: 'error_api_key_permission_denied' },
    })
    expect(await send('POST', path, bearer(free))).toMatchObject({
      status: 403,
      json: { error: 'error_api_feature_required' },
    })
    const paid = await apiKey(teambattles, 'game:g1', { plan: 'api_pro' })
    expect(await send('POST', path, bearer(paid))).toMatchObject({
      status: 404,
      json: { error: 'error_webhook_not_found' },
    })
    expect(await send('POST', path)).toMatchObject({ status: 401, json: { error: 'error_api_key_required' } })
  })

  it('403 without the permission comes before 404 for the id', async () => {
    const { send, apiKey } = harness()
    const bare = await apiKey(teambattles, 'game:g1', { permissions: [], plan: 'free' })
    expect((await send('POST', '/api/v1/webhooks/nope/rotate-secret', bearer(bare))).json).toEqual({
      error: 'error_api_key_permission_denied',
      details: expect.any(String),
    })
  })
})
