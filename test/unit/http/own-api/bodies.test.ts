import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { bearer } from '../harness'
import { faultsOf, invalid, setup, tenant } from './setup'

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
    expect(faultsOf(await send('PATCH', base, { ...bearer(key), body: deep }))).toEqual(
      invalid('requestConfig.headers.a'),
    )
    const listed = '{"name": "x", "eventTypes": ["a,b", [], {"c": [1, 2], "d": 1, "d": 2}]}'
    expect(faultsOf(await send('PATCH', base, { ...bearer(key), body: listed }))).toEqual(invalid('eventTypes.2.d'))
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

  it('413 above 64 KiB, wherever a body is ignored too', async () => {
    const { send, key, base, apiKey, endpoint } = await setup()
    const body = ' '.repeat(64 * 1024 + 1)
    for (const path of ['/secret/rotate', '/secret/revoke-previous']) {
      const reply = await send('POST', base + path, { ...bearer(key), body })
      expect(reply).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
    }
    expect((await send('DELETE', base, { ...bearer(key), body })).status).toBe(413)
    const { id } = (await endpoint(storno, tenant)).endpoint
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    expect((await send('POST', path, { ...headers, body })).status).toBe(413)
    expect((await send('POST', path, { ...headers, body: '{{{' })).status).toBe(200)
  })

  it('400, and not 413, for malformed JSON of exactly 64 KiB', async () => {
    const { send, key, base } = await setup()
    const reply = await send('POST', `${base}/secret/rotate`, { ...bearer(key), body: '{'.repeat(64 * 1024) })
    expect(reply.status).toBe(400)
  })

  it('200 without a body at all', async () => {
    const { send, key, base } = await setup()
    expect((await send('POST', `${base}/secret/rotate`, bearer(key))).status).toBe(200)
  })
})
