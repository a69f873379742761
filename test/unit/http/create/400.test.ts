import { describe, expect, it } from '@jest/globals'
import { faultsOf, invalid } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'
import { ambiguousUrls, privateUrlRefusal, privateUrls } from '../private-hosts'

describe('POST /v1/endpoints', () => {
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
    const { create } = await ownEndpoint()
    expect(faultsOf(await create(body))).toEqual(invalid(...paths))
  })

  it.each(ambiguousUrls)('400 for %s, whose host depends on who reads it', async target => {
    const { create } = await ownEndpoint()
    expect(faultsOf(await create({ url: target }))).toEqual(invalid('url'))
  })

  it('400 for a contract that signs the tenant, when the tenant has a full stop', async () => {
    const { create } = await ownEndpoint({}, 'acme.eu')
    const reply = await create({ url, contract: 'tumban' })
    expect(faultsOf(reply)).toEqual(invalid('contract'))
    expect(reply.text).toContain('full stop')
    expect((await create({ url, contract: 'thesignup' })).status).toBe(201)
  })

  it('400 for headers that the contract signs with', async () => {
    const { create } = await ownEndpoint()
    const body = { url, contract: 'storno', requestConfig: { headers: { 'X-Webhook-Signature': 'x' } } }
    expect(faultsOf(await create(body))).toEqual(invalid('requestConfig.headers.X-Webhook-Signature'))
  })

  it('400 for a mirror where the deployment has none, which is then the default', async () => {
    const { create } = await ownEndpoint({ mirror: 'off' })
    expect(faultsOf(await create({ url, mirror: 'on' }))).toEqual(invalid('mirror'))
    expect(await create({ url })).toMatchObject({ status: 201, json: { endpoint: { mirror: 'off' }, mirror: 'off' } })
  })

  it.each(['*', 'arn:aws:iam::*:root', 'arn:aws:iam::222222222222:role/*', '22222222222'])(
    '400 for the consumer %s, which is malformed or has a wildcard, by its name',
    async wrong => {
      const { create } = await ownEndpoint({ mirrorReaders: ['111111111111', '222222222222'] })
      const reply = await create({ url, consumers: ['111111111111', wrong] })
      expect(reply).toMatchObject({ status: 400, json: { errors: [{ path: 'consumers.1' }] } })
      expect(reply.text).toContain(wrong)
    },
  )
})

describe('the host of a URL', () => {
  it.each(privateUrls)('400 for %s, which is private, where the contract asks for a public one', async target => {
    const { create } = await ownEndpoint({}, 'user:alice')
    expect(await create({ url: target, contract: 'teambattles' })).toMatchObject(privateUrlRefusal)
  })

  it('400 for http on another machine, whatever the deployment allows', async () => {
    const { create } = await ownEndpoint({ insecureTargets: true })
    expect((await create({ url: 'http://receiver.example' })).status).toBe(400)
  })
})
