import { describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { storno } from '../../../../src/contracts/storno'
import { bearer, faultsOf, harness, invalid, jsonBody, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/endpoints/{id}/secret/rotate', () => {
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
    const { rotate } = await ownEndpoint()
    const reply = await rotate(body)
    expect(faultsOf(reply)).toEqual(invalid(...paths))
    expect(reply.text).not.toMatch(/AAAA|not base64 at all/)
  })

  it('400 for a reason of 201 characters, however they are encoded', async () => {
    const { rotate } = await ownEndpoint()
    expect(faultsOf(await rotate({ reason: '\u{1f600}'.repeat(201) }))).toEqual(invalid('reason'))
  })

  it.each([
    ['our own', `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
    ['our own, in the middle of a text', `it was (whsec_${Buffer.alloc(32, 7).toString('base64url')}), sorry`],
    ['our own, as short as an import may be', `leaked:whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    ['storno', `whsec_${'0f'.repeat(32)}`],
    ['tumban, which has no prefix', `Ticket 7:${'0F'.repeat(32)}.`],
    ['an API key of our own', `kt_${'a-b_'.repeat(10)}abc`],
  ])('400 for a reason that holds a secret of %s, and never repeats it', async (_, reason) => {
    const { rotate } = await ownEndpoint()
    const reply = await rotate({ reason })
    expect(faultsOf(reply)).toEqual(invalid('reason'))
    expect(reply.text).not.toMatch(/BwcH|0f0f|0F0F|a-b_/)
  })

  it.each(['a1b2c3d4e5f60718293a4b5c6d7e8f9001122334', 'whsec_ is leaked', 'see 550e8400-e29b-41d4-a716-446655440000'])(
    '200 for the reason %j, which is none',
    async reason => {
      const { rotate } = await ownEndpoint()
      expect((await rotate({ reason })).status).toBe(200)
    },
  )

  it('400 for another overlap than that of the endpoint’s own contract', async () => {
    const { send, token, endpoint } = await ownEndpoint()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const refused = await send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(token, { overlapSeconds: 60 }))
    expect(faultsOf(refused)).toEqual(invalid('overlapSeconds'))
    expect(textAt(refused, 'detail')).toMatch(/[^.]\.$/)
  })

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'caf\u00e9'],
    ['with a space', 'a b'],
  ])('400 for an Idempotency-Key that is %s', async (_, text) => {
    const { rotate } = await ownEndpoint()
    expect(faultsOf(await rotate({}, { 'Idempotency-Key': text }))).toEqual(invalid('Idempotency-Key'))
  })
})

describe('a body', () => {
  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['nested too deeply', `{"reason": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('400 for one that is %s', async (_, body) => {
    const { send, token, base } = await ownEndpoint()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(token), body })
    expect(faultsOf(reply)).toEqual(invalid('body'))
  })

  it('400 for one that names a member twice', async () => {
    const { send, token, base } = await ownEndpoint()
    const twice = '{"reason": "a", "reas\\u006fn": "b"}'
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(token), body: twice })
    expect(faultsOf(reply)).toEqual(invalid('reason'))
  })

  it.each(['__proto__', 'constructor', 'toString'])('400 for a member called %s', async name => {
    const { send, token, base } = await ownEndpoint()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(token), body: `{"${name}": {}}` })
    expect(faultsOf(reply)).toEqual(invalid(name))
  })

  it('400, and not 413, for malformed JSON of exactly 64 KiB', async () => {
    const { send, token, base } = await ownEndpoint()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(token), body: '{'.repeat(64 * 1024) })
    expect(reply.status).toBe(400)
  })
})

describe('Storno', () => {
  it('400 without a company, and for one that is malformed', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    const token = await apiKey(storno, tenant)
    expect(await send('POST', path, bearer(token))).toMatchObject({ status: 400, json: { code: 400 } })
    expect((await send('POST', path, bearer(token, { 'X-Company': 'acme#1' }))).status).toBe(400)
  })
})

describe('Featurebase', () => {
  it.each(['2024-01-01.moss', '', 'nova'])(
    '400 in the API version %j, which does not exist; but first 401 without a credential and 404 without a webhook',
    async version => {
      const { send, endpoint, apiKey, tables } = harness()
      const { id } = (await endpoint(featurebase, 'acme')).endpoint
      const inVersion = { 'Featurebase-Version': version }
      const path = `/v2/webhooks/${id}/secret`
      expect(await send('POST', path, { headers: inVersion })).toMatchObject({ status: 401 })
      const init = bearer(await apiKey(featurebase, 'acme'), inVersion)
      for (const none of ['nonsense', '507f1f77bcf86cd799439011']) {
        const reply = await send('POST', `/v2/webhooks/${none}/secret`, init)
        expect(reply).toMatchObject({ status: 404, json: { error: { code: 'resource_not_found', param: null } } })
      }
      const refused = { status: 400, json: { error: { param: 'Featurebase-Version' } } }
      expect(await send('POST', path, init)).toMatchObject(refused)
      expect(await send('POST', path, { ...init, body: ' '.repeat(70_000) })).toMatchObject(refused)
      expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(1)
    },
  )
})
