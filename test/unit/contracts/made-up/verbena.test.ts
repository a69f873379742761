import { describe, expect, it } from '@jest/globals'
import { bearer, harness, NOON, sessionToken, textAt } from '../../http/harness'
import { verbena } from './verbena'

describe('verbena', () => {
  async function setup() {
    const made = harness([verbena])
    const { endpoint } = await made.endpoint(verbena, 'rose')
    made.clock.now = new Date(NOON.getTime() + 60_000)
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: ['rose', 'lily'] })
    return { ...made, id: endpoint.id, init: bearer(admin, { 'Verbena-Garden': 'rose' }) }
  }

  it.each([':', '%3A'])('200 in a wrapper for the verb after %s', async colon => {
    const { send, id, init } = await setup()
    const reply = await send('POST', `/hooks/${id}${colon}rotate`, init)
    expect(reply.status).toBe(200)
    const secret = textAt(reply, 'data.secret')
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(reply.json).toEqual({ data: { secret, key: expect.any(String), start: secret.slice(0, 4) } })
  })

  it.each([
    [{}, 3600],
    [{ grace: 'PT0S' }, 0],
    [{ grace: 'PT90M' }, 5400],
    [{ grace: 'PT1.5H' }, 5400],
    [{ grace: 'P0,5D' }, 43_200],
    [{ grace: 'P1DT1H1M1S' }, 90_061],
    [{ grace: 'P2D' }, 172_800],
  ])('200 keeps the key before for %j', async (body, seconds) => {
    const { send, id, init, clock } = await setup()
    await send('POST', `/hooks/${id}:rotate`, { ...init, body: JSON.stringify(body) })
    const state = await send('GET', `/hooks/${id}:state`, init)
    const expires = clock.now.getTime() + seconds * 1000
    expect(state.json).toMatchObject({
      data: { keys: [{ expiresAt: null }, ...(seconds === 0 ? [] : [{ expiresAt: expires }])] },
    })
  })

  it.each([
    'P1M',
    'P1Y',
    'PT',
    'P',
    'PT0.5S',
    'PT1.5H30M',
    'PT.5H',
    'PT1.H',
    'P3D',
    '3600',
    3600,
    true,
    'P1W1D',
    '-PT1H',
  ])('400 for the duration %j', async grace => {
    const { send, id, init } = await setup()
    const reply = await send('POST', `/hooks/${id}:rotate`, { ...init, body: JSON.stringify({ grace }) })
    expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'grace' }] } } })
  })

  it('425 for a second rotation within the minute, which is the contract’s own status for it', async () => {
    const { send, id, init } = await setup()
    await send('POST', `/hooks/${id}:rotate`, init)
    const reply = await send('POST', `/hooks/${id}:rotate`, init)
    expect(reply).toMatchObject({ status: 425, json: { error: { status: 425, reason: null } } })
    expect(reply.headers.get('retry-after')).toBe('60')
  })

  it('200 revokes what is retiring', async () => {
    const { send, id, init } = await setup()
    await send('POST', `/hooks/${id}:rotate`, init)
    const reply = await send('POST', `/hooks/${id}:revoke`, init)
    expect(reply).toMatchObject({ status: 200, json: { data: { revoked: [expect.any(String)], version: 2 } } })
    const unknown = await send('POST', `/hooks/${id}:revoke`, { ...init, body: '{"grace": "PT1H"}' })
    expect(unknown).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'grace' }] } } })
  })

  it('404 for another verb, 405 for another method of a verb', async () => {
    const { send, id, init } = await setup()
    expect((await send('POST', `/hooks/${id}:spin`, init)).status).toBe(405)
    expect((await send('POST', `/hooks/${id}/rotate`, init)).status).toBe(404)
    const wrong = await send('GET', `/hooks/${id}:rotate`, init)
    expect(wrong.status).toBe(404)
    expect((await send('DELETE', `/hooks/${id}:rotate`, init)).headers.get('allow')).toBe('GET, POST')
  })

  it('403 for a member, 400 without a garden, 404 for one that the session may not act for', async () => {
    const { send, id, init } = await setup()
    const path = `/hooks/${id}:rotate`
    const member = sessionToken({ id: 'max', role: 'member', tenantIds: ['rose'] })
    expect((await send('POST', path, bearer(member, { 'Verbena-Garden': 'rose' }))).status).toBe(403)
    const { authorization = '' } = init.headers
    expect(await send('POST', path, { headers: { authorization } })).toMatchObject({
      status: 400,
      json: { error: { fields: [{ path: 'Verbena-Garden' }] } },
    })
    const foreign = await send('POST', path, { headers: { authorization, 'Verbena-Garden': 'thorn' } })
    const unknown = await send('POST', path, { headers: { authorization, 'Verbena-Garden': 'lily' } })
    expect(foreign.status).toBe(404)
    expect(unknown.text).toBe(foreign.text)
  })
})
