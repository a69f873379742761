import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { addSeconds } from '../../../../src/core/instant'
import { untilnoon } from '../../contracts/made-up/untilnoon'
import { bearer, harness, jsonBody, NOON, textAt } from '../harness'
import { faultsOf, invalid, setup, tenant } from './setup'

describe('POST /v1/endpoints/{id}/secret/rotate', () => {
  it.each([[0], [1], [604_800]])('200 keeps the key before for %i seconds', async overlapSeconds => {
    const { rotate } = await setup()
    const reply = await rotate({ overlapSeconds, reason: 'r'.repeat(200) })
    const expires = new Date(NOON.getTime() + 1 + overlapSeconds * 1000).toISOString()
    expect(reply).toMatchObject({ status: 200, json: { previousExpiresAt: overlapSeconds === 0 ? null : expires } })
  })

  it.each<[unknown, ...string[]]>([
    [{ overlapSeconds: -1 }, 'overlapSeconds'],
    [{ overlapSeconds: 604_801 }, 'overlapSeconds'],
    [{ overlapSeconds: 1.5 }, 'overlapSeconds'],
    [{ overlapSeconds: '60' }, 'overlapSeconds'],
    [{ overlapSeconds: null }, 'overlapSeconds'],
    [{ reason: 'r'.repeat(201) }, 'reason'],
    [{ reason: 7, secret: '', force: true }, 'secret', 'reason', 'force'],
    [{ secret: `whsec_${Buffer.alloc(23).toString('base64')}` }, 'secret'],
    [{ secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, 'secret'],
    [{ secret: 'whsec_not base64 at all, not at all' }, 'secret'],
    [{ secret: 'whsec_' }, 'secret'],
    [{ secret: Buffer.alloc(32).toString('base64') }, 'secret'],
  ])('400 for %j names the field and what it may be, and never repeats a secret', async (body, ...paths) => {
    const { rotate } = await setup()
    const reply = await rotate(body)
    expect(faultsOf(reply)).toEqual(invalid(...paths))
    expect(reply.text).not.toMatch(/AAAA|not base64 at all/)
  })

  it('counts characters, however they are encoded', async () => {
    const { rotate } = await setup()
    expect((await rotate({ reason: '\u{1f600}'.repeat(200) })).status).toBe(200)
    expect(faultsOf(await rotate({ reason: '\u{1f600}'.repeat(201) }))).toEqual(invalid('reason'))
  })

  it('200 for an endpoint of another contract keeps its format and overlap; another overlap is 400', async () => {
    const { send, key, endpoint } = await setup()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const path = `/v1/endpoints/${id}/secret/rotate`
    expect(await send('POST', path, bearer(key))).toMatchObject({
      status: 200,
      json: {
        signingSecret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
        previousExpiresAt: null,
        endpoint: { contract: 'storno' },
      },
    })
    expect((await send('POST', path, jsonBody(key, { overlapSeconds: 0 }))).status).toBe(200)
    const refused = await send('POST', path, jsonBody(key, { overlapSeconds: 60 }))
    expect(faultsOf(refused)).toEqual(invalid('overlapSeconds'))
    expect(textAt(refused, 'detail')).toMatch(/[^.]\.$/)
  })

  it('200 takes an own secret as long as the other contract’s are, where those are shorter', async () => {
    const { send, apiKey, endpoint } = harness([keyturn, untilnoon])
    const { id } = (await endpoint(untilnoon, 'club:one')).endpoint
    const key = await apiKey(keyturn, 'club:one')
    const secret = '0b9e1c1a-6f0e-4c9a-9d7e-2f4b8a6c1d3e'
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(key, { secret, overlapSeconds: 60 }))
    expect(reply).toMatchObject({ status: 200, json: { signingSecret: secret } })
  })

  it('409 for a sixth live key names when the next one ends', async () => {
    const { rotate } = await setup()
    for (let round = 0; round < 4; round += 1) expect((await rotate({})).status).toBe(200)
    const reply = await rotate({})
    expect(reply).toMatchObject({ status: 409, json: { code: 'too-many-live-keys' } })
    expect(textAt(reply, 'detail')).toContain('2026-11-22T12:00:00')
  })

  it('429 with Retry-After once the budget of mirrored rotations is spent', async () => {
    const { rotate } = await setup()
    for (let round = 1; round <= 40; round += 1) expect((await rotate({ overlapSeconds: 0 })).status).toBe(200)
    const reply = await rotate({ overlapSeconds: 0 })
    expect(reply).toMatchObject({ status: 429, json: { code: 'rotation-budget' } })
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(86_000)
  })

  it('replays for the same key, also when two come at once; 409 once it is superseded', async () => {
    const { rotate } = await setup()
    const key = { 'Idempotency-Key': 'x'.repeat(255) }
    const [one, other] = await Promise.all([rotate({ reason: 'a' }, key), rotate({ reason: 'a' }, key)])
    expect(textAt(one, 'signingSecret')).toBe(textAt(other, 'signingSecret'))
    const replays = [one, other].filter(reply => reply.headers.get('idempotency-replayed') === 'true')
    expect(replays).toHaveLength(1)
    await rotate({})
    const late = await rotate({ reason: 'a' }, key)
    expect(late).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect(late.text).not.toContain(textAt(one, 'signingSecret'))
  })

  it('replays without an end for a key before that has ended since, by its time or by a revoke', async () => {
    const { rotate, send, key: token, base, clock } = await setup()
    const again = (key: string) => rotate({ overlapSeconds: 60 }, { 'Idempotency-Key': key })
    const { json } = await again('one')
    expect(json).toMatchObject({ previousExpiresAt: expect.any(String) })
    expect((await again('one')).json).toEqual(json)
    clock.now = addSeconds(NOON, 61)
    expect((await again('one')).json).toEqual({ ...Object(json), previousExpiresAt: null })
    expect((await again('two')).json).toMatchObject({ previousExpiresAt: expect.any(String) })
    await send('POST', `${base}/secret/revoke-previous`, bearer(token))
    expect((await again('two')).json).toMatchObject({ previousExpiresAt: null })
  })

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'caf\u00e9'],
    ['with a space', 'a b'],
  ])('400 for an Idempotency-Key that is %s', async (_, key) => {
    const { rotate } = await setup()
    expect(faultsOf(await rotate({}, { 'Idempotency-Key': key }))).toEqual(invalid('Idempotency-Key'))
  })

  it('409 where the endpoint’s contract is no longer mounted', async () => {
    const { send, apiKey, endpoint } = harness([keyturn])
    const { id } = (await endpoint(storno, tenant)).endpoint
    const key = await apiKey(keyturn, tenant)
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, bearer(key))
    expect(reply).toMatchObject({ status: 409, json: { code: 'contract-not-mounted' } })
    expect((await send('GET', `/v1/endpoints/${id}`, bearer(key))).status).toBe(200)
  })
})
