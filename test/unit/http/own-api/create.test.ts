import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, NOON, textAt } from '../harness'
import { faultsOf, invalid, setup, tenant, url } from './setup'

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
    [{ url, requestConfig: { headers: { ['__proto__']: 'x' } } }, 'requestConfig.headers.__proto__'],
    [{ url, requestConfig: { headers: { constructor: 'x' } } }, 'requestConfig.headers.constructor'],
    [{ url, requestConfig: { headers: { prototype: 'x' } } }, 'requestConfig.headers.prototype'],
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
