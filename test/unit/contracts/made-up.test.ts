import { describe, expect, it } from '@jest/globals'
import { bearer, harness, jsonBody, NOON, type Reply, sessionToken, textAt } from '../http/harness'
import { allMadeUp } from './made-up/all-made-up'
import { ferrypost } from './made-up/ferrypost'
import { quarterdeck } from './made-up/quarterdeck'
import { twokeys } from './made-up/twokeys'
import { untilnoon } from './made-up/untilnoon'
import { verbena } from './made-up/verbena'

/** Seconds for which the key before goes on after a reply; null where the reply does not say. */
function overlapOf(reply: Reply, place: string): number | null {
  const until = new Date(textAt(reply, place))
  return Math.round((until.getTime() - NOON.getTime()) / 1000)
}

describe('all made-up contracts', () => {
  it('are mounted together', () => {
    expect(() => harness(allMadeUp)).not.toThrow()
  })
})

describe('ferrypost', () => {
  const path = (id: string): string => `/harbours/kiel/hooks/${id}/secret`

  async function setup() {
    const made = harness([ferrypost])
    const { endpoint, secret } = await made.endpoint(ferrypost, 'kiel', { url: null })
    const key = await made.apiKey(ferrypost, 'kiel')
    return { ...made, id: endpoint.id, before: secret.reveal(), headers: { 'x-api-key': key } }
  }

  it('204 without a body for a PUT, and 200 with the secret and unix seconds on a GET', async () => {
    const { send, id, before, headers } = await setup()
    expect(id).toMatch(/^[1-9][0-9]{7}$/)
    const rotated = await send('PUT', path(id), { headers, body: '{"keep_minutes": 5}' })
    expect(rotated).toMatchObject({ status: 204, text: '' })
    expect(rotated.headers.get('content-type')).toBeNull()
    const shown = await send('GET', path(id), { headers })
    expect(shown.status).toBe(200)
    expect(shown.json).toEqual({
      secret: textAt(shown, 'secret'),
      since: NOON.getTime() / 1000,
      until: NOON.getTime() / 1000 + 300,
    })
    expect(textAt(shown, 'secret')).toMatch(/^fp\.[0-9a-f]{48}$/)
    expect(textAt(shown, 'secret')).not.toBe(before)
    expect(shown.headers.get('cache-control')).toBe('no-store')
  })

  it('records that the secret was shown again', async () => {
    const { send, id, headers, tables } = await setup()
    await send('GET', path(id), { headers })
    await send('GET', path(id), { headers })
    const kinds = [...tables.audit.records.values()].map(record => record.kind)
    expect(kinds.filter(kind => kind === 'replay')).toHaveLength(2)
  })

  it('200 masks the secret, words the status, leaves out what is null, and writes one time in milliseconds', async () => {
    const { send, id, before, headers } = await setup()
    const reply = await send('GET', `/harbours/kiel/hooks/${id}`, { headers })
    const seconds = NOON.getTime() / 1000
    expect(reply.json).toEqual({
      hook: { id, secret: `fp.********${before.slice(-4)}`, state: 1, created: seconds, changed: seconds * 1000 },
    })
  })

  it('ends the retiring key at once when a second rotation replaces it', async () => {
    const { send, id, headers, tables } = await setup()
    await send('PUT', path(id), { headers, body: '{"keep_minutes": 60}' })
    await send('PUT', path(id), { headers, body: '{"keep_minutes": 60}' })
    const [stored] = tables.endpoints.endpoints.values()
    expect(stored?.endpoint.ring.keys).toHaveLength(2)
    expect(stored?.endpoint.ring.version).toBe(3)
  })

  it('refuses with numbers: no key, another header, another harbour, a malformed id, a field out of range', async () => {
    const { send, id, headers } = await setup()
    expect(await send('PUT', path(id))).toMatchObject({ status: 401, json: { fault: { number: 40_100 } } })
    const asBearer = bearer(headers['x-api-key'])
    expect(await send('PUT', path(id), asBearer)).toMatchObject({ status: 401 })
    const foreign = await send('PUT', `/harbours/oslo/hooks/${id}/secret`, { headers })
    expect(foreign).toMatchObject({ status: 404, json: { fault: { number: 40_401, text: 'No such hook.' } } })
    for (const other of ['0123', 'abc', '9'.repeat(20)]) {
      expect((await send('PUT', path(other), { headers })).text).toBe(foreign.text)
    }
    expect((await send('PUT', `/harbours/ki%23el/hooks/${id}/secret`, { headers })).text).toBe(foreign.text)
    const tooLong = await send('PUT', path(id), { headers, body: '{"keep_minutes": 61}' })
    expect(tooLong).toMatchObject({ status: 400, json: { fault: { number: 40_000, field: 'keep_minutes' } } })
  })

  it('ignores an Idempotency-Key, and fields that it does not know', async () => {
    const { send, id, headers, tables } = await setup()
    const init = { headers: { ...headers, 'Idempotency-Key': 'x' }, body: '{"colour": "red"}' }
    expect((await send('PUT', path(id), init)).status).toBe(204)
    expect((await send('PUT', path(id), init)).status).toBe(204)
    expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(3)
  })
})

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
    [{ grace: 'P1DT1H1M1S' }, 90_061],
    [{ grace: 'P2D' }, 172_800],
  ])('keeps the key before for %j', async (body, seconds) => {
    const { send, id, init, clock } = await setup()
    await send('POST', `/hooks/${id}:rotate`, { ...init, body: JSON.stringify(body) })
    const state = await send('GET', `/hooks/${id}:state`, init)
    const expires = clock.now.getTime() + seconds * 1000
    expect(state.json).toMatchObject({
      data: { keys: [{ expiresAt: null }, ...(seconds === 0 ? [] : [{ expiresAt: expires }])] },
    })
  })

  it.each(['P1M', 'P1Y', 'PT', 'P', 'PT1.5H', 'P3D', '3600', 3600, true, 'P1W1D', '-PT1H'])(
    '400 for the duration %j',
    async grace => {
      const { send, id, init } = await setup()
      const reply = await send('POST', `/hooks/${id}:rotate`, { ...init, body: JSON.stringify({ grace }) })
      expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: 'grace' }] } } })
    },
  )

  it('refuses a second rotation within the minute with the status that the contract gives it', async () => {
    const { send, id, init } = await setup()
    await send('POST', `/hooks/${id}:rotate`, init)
    const reply = await send('POST', `/hooks/${id}:rotate`, init)
    expect(reply).toMatchObject({ status: 425, json: { error: { status: 425, reason: 'rotation-cooldown' } } })
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

describe('quarterdeck', () => {
  async function setup() {
    const made = harness([quarterdeck, twokeys])
    await made.endpoint(twokeys, 'ship')
    const { endpoint } = await made.endpoint(quarterdeck, 'ship')
    const key = await made.apiKey(quarterdeck, 'ship')
    let count = 0
    const rotate = (body: unknown, idempotencyKey = `key-${(count += 1)}`): Promise<Reply> =>
      made.send('PATCH', `/decks/${endpoint.id}/secret`, jsonBody(key, body, { 'Idempotency-Key': idempotencyKey }))
    return { ...made, id: endpoint.id, key, rotate }
  }

  it.each([
    [{}, 3600],
    [{ expirePrevious: 'in_an_hour' }, 3600],
    [{ expirePrevious: 'in_a_day' }, 86_400],
  ])('202 for a PATCH; %j keeps the key before for %i s', async (body, seconds) => {
    const { rotate, id } = await setup()
    const reply = await rotate(body)
    expect(reply.status).toBe(202)
    expect(reply.json).toMatchObject({ deck: id, secret: expect.stringMatching(/^qs_[0-9A-Za-z]{40}$/) })
    expect(overlapOf(reply, 'previousUntil')).toBe(seconds)
  })

  it('ends the key before at once for the word that says so', async () => {
    const { rotate } = await setup()
    expect(await rotate({ expirePrevious: 'now' })).toMatchObject({ status: 202, json: { previousUntil: null } })
    expect(await rotate({ expirePrevious: 'never' })).toMatchObject({
      status: 400,
      json: { errors: [{ path: 'expirePrevious', message: expect.stringContaining('"in_an_hour"') }] },
    })
  })

  it('409 in its own words while an overlap is open, unless it is forced', async () => {
    const { rotate } = await setup()
    await rotate({})
    expect(await rotate({})).toMatchObject({
      status: 409,
      json: { type: 'https://quarterdeck.example/conflict', title: 'Not now', code: 'rotation-in-progress' },
    })
    expect((await rotate({ anyway: false })).status).toBe(409)
    expect((await rotate({ anyway: 'yes' })).status).toBe(400)
    expect((await rotate({ anyway: true })).status).toBe(202)
  })

  it('takes the caller’s own secret and reason, and ignores fields that it does not know', async () => {
    const { rotate, tables } = await setup()
    const newSecret = `qs_${'aB3'.repeat(12)}`
    const reply = await rotate({ newSecret, why: 'leaked', colour: 'red' })
    expect(reply).toMatchObject({ status: 202, json: { secret: newSecret } })
    expect([...tables.audit.records.values()].map(record => record.reason)).toContain('leaked')
    const tooMuch = await rotate({ newSecret: 'qs_short', why: 'x'.repeat(21), anyway: true })
    expect(tooMuch).toMatchObject({ status: 400, json: { errors: [{ path: 'newSecret' }, { path: 'why' }] } })
  })

  it('400 without an Idempotency-Key, and the same secret for the same key', async () => {
    const { rotate, send, key, id } = await setup()
    expect(await send('PATCH', `/decks/${id}/secret`, bearer(key))).toMatchObject({
      status: 400,
      json: { errors: [{ path: 'Idempotency-Key' }] },
    })
    const first = await rotate({ why: 'once' }, 'same')
    const again = await rotate({ why: 'once' }, 'same')
    expect(textAt(again, 'secret')).toBe(textAt(first, 'secret'))
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(await rotate({ why: 'twice' }, 'same')).toMatchObject({ json: { code: 'idempotency-key-reused' } })
  })

  it('403 on a plan below captain', async () => {
    const { send, apiKey, id } = await setup()
    const crew = await apiKey(quarterdeck, 'ship', { plan: 'crew' })
    const reply = await send('PATCH', `/decks/${id}/secret`, bearer(crew))
    expect(reply).toMatchObject({ status: 403, json: { code: 'plan-required' } })
  })

  it('creates, lists and deletes its own endpoints', async () => {
    const { send, key, id } = await setup()
    const created = await send(
      'POST',
      '/decks',
      jsonBody(key, { url: 'https://a.example' }, { 'Idempotency-Key': 'c' }),
    )
    expect(created).toMatchObject({ status: 201, json: { mirror: 'current', version: 1 } })
    const deck = textAt(created, 'deck')
    const listed = await send('GET', '/decks', bearer(key))
    const items = [deck, id].sort().map(each => ({ id: each, paused: false, at: '2026-11-21T12:00:00Z' }))
    expect(listed.json).toEqual({ decks: items })
    expect(await send('GET', '/decks?limit=1', bearer(key))).toMatchObject({ json: { more: expect.any(String) } })
    expect(await send('DELETE', `/decks/${deck}`, bearer(key))).toMatchObject({ status: 200, json: { deck } })
    expect((await send('DELETE', `/decks/${deck}`, bearer(key))).status).toBe(404)
    const foreign = { url: 'https://a.example', contract: 'twokeys' }
    const refused = await send('POST', '/decks', jsonBody(key, foreign, { 'Idempotency-Key': 'd' }))
    expect(refused).toMatchObject({ status: 400, json: { errors: [{ path: 'contract' }] } })
  })
})

describe('untilnoon', () => {
  async function setup() {
    const made = harness([untilnoon])
    const { endpoint } = await made.endpoint(untilnoon, 'club:one', { url: null })
    const key = await made.apiKey(untilnoon, 'club:one', { tenantIds: ['club:one', 'person:two'] })
    const headers = { 'Untilnoon-Token': key, 'Untilnoon-Owner': 'club:one' }
    const rotate = (body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
      made.send('POST', `/hooks/${endpoint.id}/rotations`, {
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      })
    return { ...made, id: endpoint.id, headers, rotate }
  }

  it.each([
    ['2026-11-21T12:30:00Z', 1800],
    ['2026-11-21T13:30:00.000+01:00', 1800],
    ['2026-11-21T12:00:00.250Z', 1],
  ])('201 keeps the key before until %s', async (validUntil, seconds) => {
    const { rotate, id } = await setup()
    const reply = await rotate({ validUntil })
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject({ hook: { id, active: true }, secret: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(overlapOf(reply, 'until')).toBe(seconds)
    expect(textAt(reply, 'until')).toMatch(/\.\d{6}\+00:00$/)
  })

  it.each([
    '2026-11-21T11:59:59Z',
    '2026-11-21T14:00:01Z',
    '2026-11-21',
    'noon',
    '2026-13-01T00:00:00Z',
    1_795_262_400,
  ])('400 for the instant %j, whose message is all that its errors show', async validUntil => {
    const { rotate } = await setup()
    const reply = await rotate({ validUntil })
    expect(reply.status).toBe(400)
    expect(reply.json).toMatch(/^validUntil must /)
  })

  it('404 in a version before the operation, with the version that has it; 400 in none', async () => {
    const { rotate } = await setup()
    expect((await rotate({}, { 'Untilnoon-Version': '2' })).status).toBe(201)
    const older = await rotate({}, { 'Untilnoon-Version': '1' })
    expect(older).toMatchObject({ status: 404, json: 'This is available from version 2 on.' })
    expect((await rotate({}, { 'Untilnoon-Version': '4' })).status).toBe(400)
  })

  it('a key for several owners names one: 400 without, 404 for another or for another kind', async () => {
    const { rotate, send, headers, id } = await setup()
    expect(
      (await send('POST', `/hooks/${id}/rotations`, { headers: { 'Untilnoon-Token': headers['Untilnoon-Token'] } }))
        .status,
    ).toBe(400)
    expect((await rotate({}, { 'Untilnoon-Owner': 'person:two' })).status).toBe(404)
    expect((await rotate({}, { 'Untilnoon-Owner': 'club:other' })).status).toBe(404)
    expect((await rotate({}, { 'Untilnoon-Owner': 'game:one' })).status).toBe(400)
  })

  it('accepts sessions in the same header', async () => {
    const { rotate, send, id } = await setup()
    await rotate({})
    const session = sessionToken({ id: 'max', role: 'member', tenantIds: ['club:one'] })
    const history = await send('GET', `/hooks/${id}/rotations?limit=1`, { headers: { 'Untilnoon-Token': session } })
    expect(history.json).toEqual({
      items: [{ v: 2, at: '2026-11-21T12:00:00.001000+00:00' }],
      next: expect.any(String),
    })
    const refused = await send('POST', `/hooks/${id}/rotations`, { headers: { 'Untilnoon-Token': session } })
    expect(refused.status).toBe(403)
  })

  it('200 changes settings with a PUT', async () => {
    const { send, id, headers } = await setup()
    const reply = await send('PUT', `/hooks/${id}`, { headers, body: '{"description": "new", "url": null}' })
    expect(reply).toMatchObject({ status: 200, json: { id, description: 'new' } })
  })
})

describe('twokeys', () => {
  it.each([
    [{}, 900],
    [{ keepOld: true }, 900],
    [{ keepOld: false }, 0],
  ])('200 with the bare secret; %j keeps the old one for %i s', async (body, seconds) => {
    const { send, endpoint, apiKey, tables } = harness([twokeys])
    await endpoint(twokeys, 'solo')
    const reply = await send('POST', '/account/secret', jsonBody(await apiKey(twokeys, 'solo'), body))
    expect(reply.json).toMatch(/^sec~[A-Za-z0-9_-]{86}$/)
    const [, previous] = [...tables.endpoints.endpoints.values()][0]?.endpoint.ring.keys ?? []
    expect(previous?.expiresAt?.getTime()).toBe(seconds === 0 ? undefined : NOON.getTime() + 1 + seconds * 1000)
  })

  it('400 for anything but true and false', async () => {
    const { send, endpoint, apiKey } = harness([twokeys])
    await endpoint(twokeys, 'solo')
    const key = await apiKey(twokeys, 'solo')
    for (const keepOld of [1, 'true', null]) {
      expect((await send('POST', '/account/secret', jsonBody(key, { keepOld }))).status).toBe(400)
    }
  })
})
