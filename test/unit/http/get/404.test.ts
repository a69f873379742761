import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, harness } from '../harness'

describe('GET /v1/endpoints/{id}', () => {
  it('404 with the very same bytes, be it unknown, foreign or malformed', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(keyturn, 'acme'))
    const foreign = (await endpoint(keyturn, 'other')).endpoint.id
    const ids = ['ep_never', foreign, 'ep_a%23b', 'ep_a%2Fb', 'a'.repeat(129), '%zz', 'TENANT%23other']
    const replies = await Promise.all(ids.map(id => send('GET', `/v1/endpoints/${id}`, token)))
    expect(new Set(replies.map(reply => `${reply.status} ${reply.text}`)).size).toBe(1)
    expect(replies[0]?.status).toBe(404)
  })
})

describe('Tumban', () => {
  it('404 for the settings of an organisation that has none', async () => {
    const { send, apiKey } = harness()
    const reply = await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, 'acme')))
    expect(reply).toMatchObject({ status: 404, json: { detail: 'Org settings not found' } })
  })
})
