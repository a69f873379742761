import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, jsonBody, NOON, type Reply } from '../../http/harness'
import { lanternkey } from './lanternkey'

const said = { action: 'rotate', target: { kind: 'secret' } }

describe('lanternkey', () => {
  async function setup() {
    const made = harness([lanternkey])
    const { endpoint, secret } = await made.endpoint(lanternkey, 'hall')
    const headers = { authorization: `Basic ${btoa(`api:${await made.apiKey(lanternkey, 'hall')}`)}` }
    const at = (path: string): string => `/lanterns/${endpoint.id}/secrets${path}`
    let tokens = 0
    const rotate = (query = '?confirm=true', body: object = said, token = `t${(tokens += 1)}`): Promise<Reply> =>
      made.send('POST', at(`/${query}`), {
        headers: { ...headers, 'x-lantern-intent': 'rotate' },
        body: JSON.stringify({ ...body, request: { token } }),
      })
    const later = (seconds: number): void => void (made.clock.now = new Date(made.clock.now.getTime() + seconds * 1000))
    return { ...made, id: endpoint.id, first: secret.reveal(), headers, at, rotate, later }
  }

  it('201 lists every secret, oldest first, under a path with a slash at its end', async () => {
    const { rotate, first, id } = await setup()
    const reply = await rotate()
    expect(reply.status).toBe(201)
    const [{ lantern, secrets }] = Object(reply.json).data
    expect(lantern).toBe(id)
    expect(id).toMatch(/^Lantern-[0-9a-f-]{36}$/)
    expect(secrets).toEqual([
      {
        value: first,
        key: expect.any(String),
        state: 'retiring',
        created: expect.any(String),
        ends: expect.any(String),
      },
      {
        value: expect.stringMatching(/^LK\.[0-9A-F]{64}$/),
        key: expect.any(String),
        state: 'primary',
        created: expect.any(String),
        ends: null,
      },
    ])
  })

  it('404 for the same path without its slash', async () => {
    const { send, headers, at } = await setup()
    expect((await send('POST', at(''), { headers })).status).toBe(404)
  })

  it.each([
    ['?confirm=true', 3600],
    ['?confirm=true&grace=601', 1200],
    ['?confirm=true&grace=900.5', 1200],
    ['?confirm=true&grace=7200', 7200],
  ])('201 rounds the overlap of %s up', async (query, seconds) => {
    const { rotate, tables } = await setup()
    expect((await rotate(query)).status).toBe(201)
    const [stored] = tables.endpoints.endpoints.values()
    expect(stored?.endpoint.ring.keys[1]?.expiresAt?.getTime()).toBe(NOON.getTime() + 1 + seconds * 1000)
  })

  it.each(['0', '7201', 'x', '', '-1', '600&grace=600'])('400 for the grace %s', async grace => {
    const { rotate } = await setup()
    const reply = await rotate(`?confirm=true&grace=${grace}`)
    const isShort = grace === '0'
    expect(reply).toMatchObject({ status: 400, json: { detail: expect.stringMatching(/^grace must be/) } })
    if (isShort) expect(reply).toMatchObject({ json: { detail: 'grace must be 600 to 7200 seconds long.' } })
  })

  it('400 without a body, without a constant in any place, with another value, and without its key', async () => {
    const { rotate, send, at, headers } = await setup()
    const empty = await send('POST', at('/?confirm=true'), { headers })
    expect(empty).toMatchObject({ status: 400, json: { detail: 'body must be given.' } })
    const details = async (reply: Promise<Reply>): Promise<unknown> => Object((await reply).json).detail
    expect(await details(rotate(''))).toBe('confirm must be given.')
    expect(await details(rotate('?confirm=1'))).toBe('confirm must be true.')
    expect(await details(rotate('?confirm=true', { ...said, action: 'burn' }))).toBe('action must be "rotate".')
    expect(await details(rotate('?confirm=true', { action: 'rotate', target: 'secret' }))).toMatch(
      /^target\.kind must be given; target must be an object/,
    )
    const body = JSON.stringify(said)
    const intent = { ...headers, 'x-lantern-intent': 'rotate' }
    expect(await details(send('POST', at('/?confirm=true'), { headers: intent, body }))).toBe(
      'request.token must be given.',
    )
    const withToken = JSON.stringify({ ...said, request: { token: 't' } })
    expect(await details(send('POST', at('/?confirm=true'), { headers, body: withToken }))).toBe(
      'X-Lantern-Intent must be given.',
    )
  })

  it('201 replays for the key in its body, and 409 where the query differs', async () => {
    const { rotate } = await setup()
    const made = await rotate('?confirm=true', said, 'same')
    expect((await rotate('?confirm=true', said, 'same')).text).toBe(made.text)
    expect((await rotate('?confirm=true&grace=600', said, 'same')).status).toBe(409)
  })

  it('429 counts the cooldown from rotations alone', async () => {
    const { rotate, later } = await setup()
    expect((await rotate()).status).toBe(201)
    expect((await rotate()).status).toBe(429)
    later(31)
    expect((await rotate()).status).toBe(201)
  })

  it('200 reveals all secrets as texts, newest first, and after a revoke the one that is left', async () => {
    const { rotate, send, headers, at, first } = await setup()
    const [, newest] = Object((await rotate()).json).data[0].secrets
    expect((await send('GET', at('/'), { headers })).json).toEqual({ all: [newest.value, first] })
    const body = JSON.stringify({ request: { token: 'r' } })
    const revoked = await send('DELETE', at('/old'), { headers, body })
    expect(revoked).toMatchObject({ status: 200, json: { secret: newest.value, ended: [expect.any(String)] } })
    expect((await send('GET', at('/'), { headers })).json).toEqual({ all: [newest.value] })
  })

  it('201 for an endpoint with a uid of the caller’s own, which our own API gave it', async () => {
    const { send, apiKey, endpoint } = harness([keyturn, lanternkey])
    await endpoint(lanternkey, 'hall')
    const created = await send(
      'POST',
      '/v1/endpoints',
      jsonBody(await apiKey(keyturn, 'hall'), {
        contract: 'lanternkey',
        id: 'my.own-UID_1',
        url: 'https://a.example/',
      }),
    )
    expect(created).toMatchObject({ status: 201, json: { endpoint: { id: 'my.own-UID_1' } } })
    const authorization = `Basic ${btoa(`api:${await apiKey(lanternkey, 'hall')}`)}`
    const path = '/lanterns/my.own-UID_1/secrets/?confirm=true'
    const init = { headers: { authorization, 'x-lantern-intent': 'rotate' } }
    const body = JSON.stringify({ ...said, request: { token: 't' } })
    expect(await send('POST', path, { ...init, body })).toMatchObject({
      status: 201,
      json: { data: [{ lantern: 'my.own-UID_1' }] },
    })
    const tooLong = { contract: 'lanternkey', id: 'x'.repeat(81), url: 'https://a.example/' }
    expect((await send('POST', '/v1/endpoints', jsonBody(await apiKey(keyturn, 'hall'), tooLong))).status).toBe(400)
  })
})
