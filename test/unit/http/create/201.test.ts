import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, NOON, tenant, textAt } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'

describe('POST /v1/endpoints', () => {
  it('201 gives the endpoint with its defaults, and the secret', async () => {
    const { create } = await ownEndpoint()
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
        currentKeyCreatedAt: NOON.toISOString(),
        createdAt: NOON.toISOString(),
        updatedAt: NOON.toISOString(),
      },
      signingSecret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      keyId: expect.any(String),
      version: 1,
      state: 'signing',
      signsFrom: NOON.toISOString(),
      previousExpiresAt: null,
      mirror: 'current',
    })
  })

  it('201 keeps all that may be set', async () => {
    const { create } = await ownEndpoint()
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

  it('201 imports an endpoint of any mounted contract with its id and secret', async () => {
    const { create, send, apiKey } = await ownEndpoint()
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
    const secret = `whsec_${'0123456789abcdef'.repeat(4)}`
    const reply = await create({ contract: 'storno', id: id.toUpperCase(), secret, url })
    expect(reply).toMatchObject({ status: 201, json: { endpoint: { id, contract: 'storno' }, signingSecret: secret } })
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
    expect(await send('GET', `/api/v1/webhooks/${id}`, headers)).toMatchObject({ status: 200, json: { uuid: id } })
  })

  it('201 for a contract that needs no URL and has a fixed id', async () => {
    const { create, send, apiKey } = await ownEndpoint()
    expect(await create({ contract: 'tumban' })).toMatchObject({
      status: 201,
      json: { endpoint: { id: 'org', url: null } },
    })
    expect((await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, tenant)))).status).toBe(200)
  })

  it('201 for a new request with the id of an endpoint that was deleted', async () => {
    const { create, send, token, base, id } = await ownEndpoint()
    await send('DELETE', base, bearer(token))
    expect((await create({ url, id }, { 'Idempotency-Key': 'second' })).status).toBe(201)
  })
})

describe('an Idempotency-Key', () => {
  it('201 replays the same secret', async () => {
    const { create } = await ownEndpoint()
    const first = await create({ url }, { 'Idempotency-Key': 'one' })
    const again = await create({ url }, { 'Idempotency-Key': 'one' })
    expect(again.status).toBe(201)
    expect(textAt(again, 'signingSecret')).toBe(textAt(first, 'signingSecret'))
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
})

describe('consumers', () => {
  it('201 lets them read the new endpoint’s mirror, and no other', async () => {
    const reader = 'arn:aws:iam::222222222222:role/reader'
    const { create, send, token, tables } = await ownEndpoint({ mirrorReaders: ['111111111111', '222222222222'] })
    const created = await create({ url, consumers: [reader] })
    expect(created.status).toBe(201)
    await create({ url, consumers: [] })
    const state = await send('GET', `/v1/endpoints/${textAt(created, 'endpoint.id')}/secret`, bearer(token))
    expect(state.json).toMatchObject({ mirror: { state: 'current' }, policy: { state: 'current', error: null } })
    const policies = [...tables.vault.secrets.values()].map(({ policy }) => policy)
    expect(policies).toEqual([null, JSON.stringify([reader]), null])
  })

  it('201 for any account where the deployment names no readers', async () => {
    const { create } = await ownEndpoint()
    expect((await create({ url, consumers: ['arn:aws:iam::333333333333:role/reader'] })).status).toBe(201)
  })
})

describe('the host of a URL', () => {
  it.each([
    'https://203.0.113.7/',
    'https://172.32.0.1/',
    'https://100.128.0.1/',
    'https://[2001:4860:4860::8888]/',
    'https://10.example.com/',
    'https://127.0.0.1.example.com/',
    'https://localhost.example.com/',
    'https://internal.example/',
  ])('201 for %s, which is public, where the contract asks for that', async target => {
    const { create } = await ownEndpoint({}, 'user:alice')
    const reply = await create({ url: target, contract: 'teambattles' })
    expect(reply).toMatchObject({ status: 201, json: { endpoint: { url: target } } })
  })

  it('201 for a private one where the contract does not speak of it: it is refused when it is used', async () => {
    const { create } = await ownEndpoint({}, 'user:alice')
    expect((await create({ url: 'https://10.0.0.1/', contract: 'thesignup' })).status).toBe(201)
  })

  it('201 for http on this machine when the deployment allows it', async () => {
    const { create } = await ownEndpoint({ insecureTargets: true })
    expect((await create({ url: 'http://127.0.0.1:4000/hooks' })).status).toBe(201)
    expect((await create({ url: 'http://localhost/hooks' })).status).toBe(201)
  })
})
