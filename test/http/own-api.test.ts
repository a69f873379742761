import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../src/contracts/keyturn'
import { storno } from '../../src/contracts/storno'
import { teambattles } from '../../src/contracts/teambattles'
import { tumban } from '../../src/contracts/tumban'
import { untilnoon } from '../contracts/made-up/untilnoon'
import type { ApiSettings } from '../../src/http/call'
import { bearer, harness, jsonBody, NOON, sessionToken, textAt, type Answer } from './harness'

const tenant = '550e8400-e29b-41d4-a716-446655440000'
const url = 'https://receiver.example/hooks'

async function setup(changes: Partial<ApiSettings> = {}) {
  const made = harness(undefined, changes)
  const key = await made.apiKey(keyturn, tenant)
  const create = (body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
    made.send('POST', '/v1/endpoints', jsonBody(key, body, more))
  const { endpoint } = await made.endpoint(keyturn, tenant)
  const base = `/v1/endpoints/${endpoint.id}`
  const patch = (body: unknown): Promise<Answer> => made.send('PATCH', base, jsonBody(key, body))
  const rotate = (body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
    made.send('POST', `${base}/secret/rotate`, jsonBody(key, body, more))
  return { ...made, key, create, patch, rotate, id: endpoint.id, base }
}

/** The paths of a 400's errors. */
function faultsOf({ status, json }: Answer): unknown {
  const { code, errors } = Object(json)
  return { status, code, paths: errors.map((error: { path: string }) => error.path) }
}

const invalid = (...paths: string[]): unknown => ({ status: 400, code: 'invalid-request', paths })

describe('POST /v1/endpoints', () => {
  it('201 gives the endpoint with its defaults, and the secret', async () => {
    const { create } = await setup()
    const reply = await create({ url })
    expect(reply.status).toBe(201)
    expect(reply.json).toEqual({
      endpoint: {
        id: expect.stringMatching(/^ep_[0-9a-z]{24}$/),
        tenantId: tenant,
        contract: 'keyturn',
        url,
        description: '',
        name: '',
        eventTypes: [],
        status: 'active',
        mirror: 'on',
        requestConfig: { timeoutMs: 5000, headers: {} },
        consumers: [],
        version: 1,
        createdAt: NOON.toISOString(),
        updatedAt: NOON.toISOString(),
      },
      signingSecret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      keyId: expect.any(String),
      version: 1,
      previousExpiresAt: null,
      mirror: 'current',
    })
  })

  it('201 imports an endpoint of any mounted contract with its id and secret', async () => {
    const { create, send, apiKey } = await setup()
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
    const secret = `whsec_${'0123456789abcdef'.repeat(4)}`
    const reply = await create({ contract: 'storno', id: id.toUpperCase(), secret, url })
    expect(reply).toMatchObject({ status: 201, json: { endpoint: { id, contract: 'storno' }, signingSecret: secret } })
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
    expect(await send('GET', `/api/v1/webhooks/${id}`, headers)).toMatchObject({ status: 200, json: { uuid: id } })
    expect(await create({ contract: 'storno', id, url })).toMatchObject({
      status: 409,
      json: { code: 'endpoint-exists' },
    })
  })

  it('201 keeps all that may be set', async () => {
    const { create } = await setup()
    const settings = {
      url,
      description: 'd'.repeat(1000),
      name: 'n'.repeat(200),
      eventTypes: ['order.*', 'a:b-c_d'],
      status: 'paused',
      mirror: 'off',
      requestConfig: { timeoutMs: 1000, headers: { 'X-Team': 'blue green' } },
      consumers: ['123456789012', 'arn:aws:iam::123456789012:role/path/reader', 'arn:aws-cn:iam::123456789012:root'],
    }
    const reply = await create(settings)
    expect(reply).toMatchObject({ status: 201, json: { endpoint: settings, mirror: 'off' } })
  })

  it.each<[unknown, ...string[]]>([
    [{}, 'url'],
    [{ url: null }, 'url'],
    [{ name: 7, eventTypes: 'order.created', colour: 'red' }, 'url', 'name', 'eventTypes', 'colour'],
    [{ url: 'http://receiver.example' }, 'url'],
    [{ url: 'http://127.0.0.1/hooks' }, 'url'],
    [{ url: 'ftp://receiver.example' }, 'url'],
    [{ url: 'receiver.example' }, 'url'],
    [{ url: 'https://ann:secret@receiver.example' }, 'url'],
    [{ url: `https://receiver.example/${'a'.repeat(2048)}` }, 'url'],
    [{ url: ' https://receiver.example' }, 'url'],
    [{ url: 'https://receiver.example/\n' }, 'url'],
    [{ url: 7 }, 'url'],
    [{ url, colour: 'red', size: 1 }, 'colour', 'size'],
    [{ url, description: 'd'.repeat(1001), name: 'n'.repeat(201) }, 'description', 'name'],
    [{ url, description: null, name: 7 }, 'description', 'name'],
    [{ url, name: '\ud800' }, 'name'],
    [{ url, eventTypes: 'order.created' }, 'eventTypes'],
    [{ url, eventTypes: Array.from({ length: 101 }, (_, index) => `e${index}`) }, 'eventTypes'],
    [{ url, eventTypes: ['ok', 'not ok'] }, 'eventTypes.1'],
    [{ url, eventTypes: ['a', 'a'] }, 'eventTypes.1'],
    [{ url, eventTypes: [7] }, 'eventTypes.0'],
    [{ url, eventTypes: ['e'.repeat(129)] }, 'eventTypes.0'],
    [{ url, status: 'stopped', mirror: true }, 'status', 'mirror'],
    [{ url, requestConfig: [] }, 'requestConfig'],
    [{ url, requestConfig: { timeoutMs: 999 } }, 'requestConfig.timeoutMs'],
    [{ url, requestConfig: { timeoutMs: 30_001 } }, 'requestConfig.timeoutMs'],
    [{ url, requestConfig: { timeoutMs: '5000' } }, 'requestConfig.timeoutMs'],
    [{ url, requestConfig: { headers: { 'no token': 'x' } } }, 'requestConfig.headers'],
    [{ url, requestConfig: { headers: { Host: 'x' } } }, 'requestConfig.headers.Host'],
    [{ url, requestConfig: { headers: { 'uSER-aGENT': 'x' } } }, 'requestConfig.headers.uSER-aGENT'],
    [{ url, requestConfig: { headers: { 'Proxy-Authorization': 'x' } } }, 'requestConfig.headers.Proxy-Authorization'],
    [{ url, requestConfig: { headers: { 'Content-Length': '1' } } }, 'requestConfig.headers.Content-Length'],
    [{ url, requestConfig: { headers: { 'Webhook-Signature': 'x' } } }, 'requestConfig.headers.Webhook-Signature'],
    [{ url, requestConfig: { headers: { 'Transfer-Encoding': 'x' } } }, 'requestConfig.headers.Transfer-Encoding'],
    [{ url, requestConfig: { headers: { 'X-A': 'a\r\nb' } } }, 'requestConfig.headers.X-A'],
    [{ url, requestConfig: { headers: { 'X-A': 'é' } } }, 'requestConfig.headers.X-A'],
    [{ url, requestConfig: { headers: { 'X-A': 'a'.repeat(1001) } } }, 'requestConfig.headers.X-A'],
    [{ url, requestConfig: { headers: { 'X-A': '1', 'x-a': '2' } } }, 'requestConfig.headers'],
    [{ url, consumers: ['arn:aws:iam::*:root'] }, 'consumers.0'],
    [{ url, consumers: ['*'] }, 'consumers.0'],
    [{ url, consumers: ['arn:aws:iam::123456789012:role/*'] }, 'consumers.0'],
    [{ url, consumers: ['arn:aws:iam::123456789012:user/ann'] }, 'consumers.0'],
    [{ url, contract: 'nobody' }, 'contract'],
    [{ url, contract: 7 }, 'contract'],
    [{ url, contract: 'teambattles' }, 'contract'],
    [{ url, id: 'wh_abc' }, 'id'],
    [{ url, id: 'ep_a#b' }, 'id'],
    [{ url, id: 'ep_a/b' }, 'id'],
    [{ url, id: `ep_${'a'.repeat(126)}` }, 'id'],
    [{ url, contract: 'storno', id: 'ep_abc' }, 'id'],
    [{ url, secret: 'whsec_' }, 'secret'],
    [{ url, secret: `whsec_${'a'.repeat(31)}=` }, 'secret'],
    [{ url, secret: 7 }, 'secret'],
    [{ url, contract: 'tumban', secret: `whsec_${'a'.repeat(44)}` }, 'secret'],
  ])('400 for %j names the field', async (body, ...paths) => {
    const { create } = await setup()
    expect(faultsOf(await create(body))).toEqual(invalid(...paths))
  })

  it('400 for headers that the contract signs with', async () => {
    const { create } = await setup()
    const body = { url, contract: 'storno', requestConfig: { headers: { 'X-Webhook-Signature': 'x' } } }
    expect(faultsOf(await create(body))).toEqual(invalid('requestConfig.headers.X-Webhook-Signature'))
  })

  it('201 for an http URL on this machine, and nowhere else, when the deployment allows it', async () => {
    const { create } = await setup({ insecureTargets: true })
    expect((await create({ url: 'http://127.0.0.1:4000/hooks' })).status).toBe(201)
    expect((await create({ url: 'http://localhost/hooks' })).status).toBe(201)
    expect((await create({ url: 'http://receiver.example' })).status).toBe(400)
  })

  it('400 for a mirror where the deployment has none, which is then the default', async () => {
    const { create } = await setup({ mirror: 'off' })
    expect(faultsOf(await create({ url, mirror: 'on' }))).toEqual(invalid('mirror'))
    expect(await create({ url })).toMatchObject({ status: 201, json: { endpoint: { mirror: 'off' }, mirror: 'off' } })
  })

  it('201 for a contract that needs no URL and has a fixed id', async () => {
    const { create, send, apiKey } = await setup()
    expect(await create({ contract: 'tumban' })).toMatchObject({ json: { endpoint: { id: 'org', url: null } } })
    expect((await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, tenant)))).status).toBe(200)
  })

  it('replays the same secret for the same Idempotency-Key', async () => {
    const { create } = await setup()
    const first = await create({ url }, { 'Idempotency-Key': 'one' })
    const again = await create({ url }, { 'Idempotency-Key': 'one' })
    expect(again.status).toBe(201)
    expect(textAt(again, 'signingSecret')).toBe(textAt(first, 'signingSecret'))
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await create({ url, name: 'x' }, { 'Idempotency-Key': 'one' })).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    })
  })
})

describe('bodies', () => {
  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['nested too deeply', `{"reason": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('400 for one that is %s', async (_, body) => {
    const { send, key, base } = await setup()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(key), body })
    expect(faultsOf(reply)).toEqual(invalid('body'))
  })

  it('400 for one that names a member twice, at any depth', async () => {
    const { send, key, base } = await setup()
    const twice = '{"reason": "a", "reas\\u006fn": "b"}'
    expect(faultsOf(await send('POST', `${base}/secret/rotate`, { ...bearer(key), body: twice }))).toEqual(
      invalid('reason'),
    )
    const deep = '{"requestConfig": {"headers": {"a": "1", "a": "2"}}}'
    expect(faultsOf(await send('PATCH', base, { ...bearer(key), body: deep }))).toEqual(invalid('a'))
  })

  it('200 for names that only look like twice', async () => {
    const { patch } = await setup()
    const headers = { a: 'name', b: '"a":', name: 'x' }
    expect((await patch({ name: 'name', description: '{"name": 1}', requestConfig: { headers } })).status).toBe(200)
  })

  it.each(['__proto__', 'constructor', 'toString'])('400 for a member called %s', async name => {
    const { send, key, base } = await setup()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(key), body: `{"${name}": {}}` })
    expect(faultsOf(reply)).toEqual(invalid(name))
  })

  it('413 above 64 KiB, with or without a stated length, wherever a body is ignored too', async () => {
    const { send, key, base, apiKey, endpoint } = await setup()
    const body = ' '.repeat(64 * 1024 + 1)
    for (const path of ['/secret/rotate', '/secret/revoke-previous']) {
      const reply = await send('POST', base + path, { ...bearer(key), body })
      expect(reply).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
    }
    const chunked = new Blob([body]).stream()
    expect(await send('DELETE', base, { ...bearer(key), body: chunked, duplex: 'half' })).toMatchObject({
      status: 413,
    })
    const { id } = (await endpoint(storno, tenant)).endpoint
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    expect((await send('POST', path, { ...headers, body })).status).toBe(413)
    expect((await send('POST', path, { ...headers, body: '{{{' })).status).toBe(200)
  })

  it('413 for a stated length above 64 KiB, without reading', async () => {
    const { send, key, base } = await setup()
    const init = { ...bearer(key, { 'content-length': '65537' }), body: '{}' }
    expect((await send('POST', `${base}/secret/rotate`, init)).status).toBe(413)
  })

  it('413 above 64 KiB for health too, whose body is ignored', async () => {
    const { send } = await setup()
    const reply = await send('GET', '/health', { headers: { 'content-length': '65537' } })
    expect(reply).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
    expect((await send('GET', '/health', { headers: { 'content-length': '65536' } })).status).toBe(200)
  })

  it('200 without a body at all', async () => {
    const { send, key, base } = await setup()
    expect((await send('POST', `${base}/secret/rotate`, bearer(key))).status).toBe(200)
  })
})

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
    for (let round = 1; round < 40; round += 1) await rotate({ overlapSeconds: 0 })
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

describe('the rest of the own API', () => {
  it('200 shows and changes settings, and merges requestConfig', async () => {
    const { patch, send, key, base } = await setup()
    await patch({ requestConfig: { timeoutMs: 2000, headers: { a: 'b' } } })
    const change = { name: 'new', status: 'paused', requestConfig: { timeoutMs: 3000 } }
    const changed = await patch(change)
    const expected = { name: 'new', description: 'orders', status: 'paused' }
    expect(changed).toMatchObject({ status: 200, json: expected })
    const shown = await send('GET', base, bearer(key))
    expect(shown.json).toEqual(changed.json)
    expect(shown.json).toMatchObject({ requestConfig: { timeoutMs: 3000, headers: { a: 'b' } } })
  })

  it('400 for settings that cannot be changed or are out of range', async () => {
    const { patch } = await setup()
    expect(faultsOf(await patch({ id: 'ep_x', contract: 'storno', secret: 'x', version: 1 }))).toEqual(
      invalid('id', 'contract', 'secret', 'version'),
    )
    expect(faultsOf(await patch({ url: null, requestConfig: { retries: 1 } }))).toEqual(
      invalid('url', 'requestConfig.retries'),
    )
  })

  it('204 deletes, and 404 from then on, with the bytes of an endpoint that never was', async () => {
    const { send, key, base } = await setup()
    expect(await send('DELETE', base, bearer(key))).toMatchObject({ status: 204, text: '' })
    const gone = await send('GET', base, bearer(key))
    const never = await send('GET', '/v1/endpoints/ep_never', bearer(key))
    expect(gone.status).toBe(404)
    expect(gone.text).toBe(never.text)
  })

  it('200 shows the secret’s state: live keys only, no secret, the mirror by name', async () => {
    const { rotate, send, key, base, id, clock } = await setup()
    await rotate({ overlapSeconds: 10 })
    const latest = await rotate({ overlapSeconds: 60 })
    const before = await send('GET', `${base}/secret`, bearer(key))
    expect(before.json).toEqual({
      version: 3,
      hint: textAt(latest, 'signingSecret').slice(-4),
      keys: [
        { id: textAt(latest, 'keyId'), createdAt: '2026-11-21T12:00:00.002Z', expiresAt: null },
        { id: expect.any(String), createdAt: '2026-11-21T12:00:00.001Z', expiresAt: '2026-11-21T12:01:00.002Z' },
        { id: expect.any(String), createdAt: '2026-11-21T12:00:00.000Z', expiresAt: '2026-11-21T12:00:10.001Z' },
      ],
      mirror: { state: 'current', name: `keyturn/test/${tenant}/${id}`, error: null },
    })
    clock.now = new Date('2026-11-21T12:00:10.001Z')
    expect(Object(await send('GET', `${base}/secret`, bearer(key))).json.keys).toHaveLength(2)
  })

  it('200 revokes the keys before, and nothing twice', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    const revoked = await send('POST', path, bearer(key))
    expect(revoked.json).toEqual({ version: 2, revokedKeyIds: [expect.any(String)] })
    expect((await send('POST', path, bearer(key))).json).toEqual({ version: 2, revokedKeyIds: [] })
  })

  it('400 for a revoke-previous with a body that is no JSON, no object, or has a field; nothing is revoked', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    for (const [body, fault] of [
      ['garbage', 'body'],
      ['[]', 'body'],
      ['null', 'body'],
      ['{"foo": 1}', 'foo'],
      ['{"reason": "x"}', 'reason'],
    ] as const) {
      expect(faultsOf(await send('POST', path, { ...bearer(key), body }))).toEqual(invalid(fault))
    }
    const state = await send('GET', `${base}/secret`, bearer(key))
    expect(Object(state.json).keys).toHaveLength(2)
    expect(await send('POST', path, { ...bearer(key), body: '{}' })).toMatchObject({
      status: 200,
      json: { revokedKeyIds: [expect.any(String)] },
    })
  })

  it('200 lists rotations newest first, page by page', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({ reason: 'leaked', overlapSeconds: 60 })
    const first = await send('GET', `${base}/rotations?limit=1`, bearer(key))
    expect(first.json).toEqual({
      data: [
        {
          id: expect.any(String),
          keyId: expect.any(String),
          version: 2,
          at: '2026-11-21T12:00:00.001Z',
          actor: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
          kind: 'rotate',
          reason: 'leaked',
          overlapSeconds: 60,
        },
      ],
      nextCursor: expect.any(String),
    })
    const second = await send('GET', `${base}/rotations?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(key))
    expect(second).toMatchObject({ json: { data: [{ kind: 'create', version: 1 }], nextCursor: null } })
  })

  it('200 lists the tenant’s endpoints of every contract, and no other tenant’s', async () => {
    const { send, key, endpoint, id } = await setup()
    const other = (await endpoint(storno, tenant)).endpoint.id
    await endpoint(keyturn, 'somebody-else')
    const first = await send('GET', '/v1/endpoints?limit=1', bearer(key))
    const second = await send('GET', `/v1/endpoints?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(key))
    const ids = [first, second].flatMap(page => Object(page.json).data.map((item: { id: string }) => item.id))
    expect(new Set(ids)).toEqual(new Set([id, other]))
    expect(ids).toHaveLength(2)
    expect(second).toMatchObject({ json: { nextCursor: null } })
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=',
    'limit=x',
    'limit=1&limit=2',
    'cursor=',
    'cursor=!!',
    'cursor=YWJj',
  ])('400 for ?%s', async query => {
    const { send, key, base } = await setup()
    const fault = invalid(query.slice(0, query.indexOf('=')))
    expect(faultsOf(await send('GET', `/v1/endpoints?${query}`, bearer(key)))).toEqual(fault)
    expect(faultsOf(await send('GET', `${base}/rotations?${query}`, bearer(key)))).toEqual(fault)
  })

  it.each([
    ['', ['', '#x', '~', 'a/b', 'a b', 'é', 'a\n', 'a'.repeat(129), 'a'.repeat(200)]],
    [
      'rotations',
      ['zzz', NOON.toISOString(), `${NOON.toISOString()}#`, `${NOON.toISOString()}#a#b`, '2026#chg_1', '~'],
    ],
    ['attempts', ['zzz', NOON.toISOString(), `${NOON.toISOString()}#`, `${NOON.toISOString()}#a#b`, '2026#att_1', '~']],
  ])('400 for a cursor of the list %j that no reply gave', async (list, places) => {
    const { send, key, base } = await setup()
    const path = list === '' ? '/v1/endpoints' : `${base}/${list}`
    for (const place of places) {
      const cursor = Buffer.from(`${list || 'endpoints'}:${place}`).toString('base64url')
      expect(faultsOf(await send('GET', `${path}?cursor=${cursor}`, bearer(key)))).toEqual(invalid('cursor'))
    }
  })

  it('400 for the cursor of another list', async () => {
    const { send, key, base, endpoint } = await setup()
    await endpoint(keyturn, tenant)
    const cursor = textAt(await send('GET', '/v1/endpoints?limit=1', bearer(key)), 'nextCursor')
    expect(faultsOf(await send('GET', `${base}/rotations?cursor=${cursor}`, bearer(key)))).toEqual(invalid('cursor'))
  })

  it('200 for health without a credential', async () => {
    const { send } = await setup()
    expect(await send('GET', '/health')).toMatchObject({ status: 200, json: { status: 'ok', version: '0.0.0' } })
  })

  it('a session with several tenants names one', async () => {
    const { send, base } = await setup()
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant, 'other'] })
    expect(faultsOf(await send('GET', base, bearer(admin)))).toEqual(invalid('Keyturn-Tenant'))
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': tenant }))).status).toBe(200)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'other' }))).status).toBe(404)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'third' }))).status).toBe(404)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'a#b' }))).status).toBe(400)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'x'.repeat(129) }))).status).toBe(400)
  })

  it('403 for a member who changes anything, and for a key without the permission', async () => {
    const { send, base, apiKey } = await setup()
    const member = bearer(sessionToken({ id: 'max', role: 'member', tenantIds: [tenant] }))
    const reader = bearer(await apiKey(keyturn, tenant, { permissions: ['endpoints:read'] }))
    for (const [method, path] of [
      ['POST', '/v1/endpoints'],
      ['PATCH', base],
      ['DELETE', base],
      ['POST', `${base}/secret/rotate`],
      ['POST', `${base}/secret/revoke-previous`],
    ] as const) {
      expect(await send(method, path, member)).toMatchObject({ status: 403, json: { code: 'role-required' } })
      expect(await send(method, path, reader)).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
    }
    for (const path of ['/v1/endpoints', base, `${base}/secret`, `${base}/rotations`]) {
      expect((await send('GET', path, member)).status).toBe(200)
      expect((await send('GET', path, reader)).status).toBe(200)
    }
  })

  it('reaches endpoints of other contracts, by their ids in any case', async () => {
    const { send, key, endpoint } = await setup()
    const { id } = (await endpoint(storno, tenant)).endpoint
    expect((await send('GET', `/v1/endpoints/${id.toUpperCase()}`, bearer(key))).status).toBe(200)
    const owner = await endpoint(teambattles, 'game:g1')
    expect((await send('GET', `/v1/endpoints/${owner.endpoint.id}`, bearer(key))).status).toBe(404)
  })
})
