import { describe, expect, it } from '@jest/globals'
import type { ApiSettings } from '../../../../src/http/request'
import { bearer, harness, jsonBody, type Reply, secondsUntil, textAt } from '../../http/harness'
import { quarterdeck } from './quarterdeck'
import { twokeys } from './twokeys'

describe('quarterdeck', () => {
  async function setup(changes: Partial<ApiSettings> = {}) {
    const made = harness([quarterdeck, twokeys], changes)
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
    expect(secondsUntil(reply, 'previousUntil')).toBe(seconds)
  })

  it('202 ends the key before at once for the word that says so', async () => {
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

  it('409 in its own words for more endpoints than a tenant may have', async () => {
    const { send, key } = await setup({ mostEndpoints: 2 })
    const create = { url: 'https://a.example' }
    expect(await send('POST', '/decks', jsonBody(key, create, { 'Idempotency-Key': 'c' }))).toMatchObject({
      status: 409,
      json: { type: 'https://quarterdeck.example/conflict', title: 'Not now', code: 'too-many-endpoints' },
    })
  })

  it('202 takes the caller’s own secret and reason, and ignores fields that it does not know', async () => {
    const { rotate, tables } = await setup()
    const newSecret = `qs_${'aB3'.repeat(12)}`
    const reply = await rotate({ newSecret, why: 'leaked', colour: 'red' })
    expect(reply).toMatchObject({ status: 202, json: { secret: newSecret } })
    expect([...tables.audit.records.values()].map(record => record.reason)).toContain('leaked')
    const tooMuch = await rotate({ newSecret: 'qs_short', why: 'x'.repeat(21), anyway: true })
    expect(tooMuch).toMatchObject({ status: 400, json: { errors: [{ path: 'newSecret' }, { path: 'why' }] } })
  })

  it('202 takes null for absent, also when a repeat leaves it out', async () => {
    const { rotate } = await setup()
    const all = { expirePrevious: null, newSecret: null, why: null, anyway: null }
    const first = await rotate(all, 'nulls')
    expect(first).toMatchObject({ status: 202, json: { secret: expect.stringMatching(/^qs_[0-9A-Za-z]{40}$/) } })
    expect(secondsUntil(first, 'previousUntil')).toBe(3600)
    const again = await rotate({}, 'nulls')
    expect([again.status, again.text]).toEqual([202, first.text])
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

  it('201 for its own endpoints, which it also lists and deletes', async () => {
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
