import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { inspect } from 'node:util'
import { type KeyturnClient, keyturnClient } from '../../../src/client'
import { failureOf } from './failure-of'
import { type Fault, faultyApi } from './faulty-api'

let api: Awaited<ReturnType<typeof faultyApi>>
let client: KeyturnClient

beforeAll(async () => {
  api = await faultyApi()
  client = keyturnClient({ baseUrl: api.url, credential: api.token, repeats: 0 })
})

beforeEach(() => void api.seen.splice(0))

afterAll(async () => api.close())

describe('a problem', () => {
  it('is an error with its code, status, detail, fields and request', async () => {
    const error = await failureOf(client.rotate(api.id, { overlapSeconds: -1 }, { idempotencyKey: 'key-1' }))
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      name: 'KeyturnError',
      code: 'invalid-request',
      status: 400,
      detail: expect.stringMatching(/^overlapSeconds must be /),
      errors: [{ path: 'overlapSeconds', message: expect.stringMatching(/^must be /) }],
      retryAfterSeconds: null,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      idempotencyKey: 'key-1',
    })
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toBe(`invalid-request: ${error.detail}`)
  })

  it('of a version that the client does not know keeps its code', async () => {
    api.fail({ status: 409, body: JSON.stringify({ code: 'of-tomorrow', detail: 'Something new.' }) })
    expect(await failureOf(client.get(api.id))).toMatchObject({ code: 'of-tomorrow', detail: 'Something new.' })
  })

  it('without a detail says its title, and has no fields where they are something else', async () => {
    api.fail({ status: 409, body: JSON.stringify({ code: 'too-early', detail: null, title: 'Early', errors: 'no' }) })
    expect(await failureOf(client.get(api.id))).toMatchObject({ message: 'too-early: Early', errors: [] })
    const errors = [null, { path: 7 }, { path: { toString: 1 }, message: null }]
    api.fail({ status: 400, body: JSON.stringify({ code: 'invalid-request', errors }) })
    expect((await failureOf(client.get(api.id))).errors).toEqual([
      { path: '', message: '' },
      { path: '7', message: '' },
      { path: '', message: '' },
    ])
  })
})

describe('what is no reply of Keyturn’s', () => {
  const html = { 'content-type': 'text/html; charset=utf-8' }

  it.each<[string, Fault, string]>([
    ['a page', { status: 200, headers: html, body: '<html>secret' }, 'The server answered 200 with text/html that'],
    ['a proxy’s error', { status: 502, headers: html, body: '<html>' }, 'The server answered 502 with text/html that'],
    ['a gateway’s error', { status: 429, body: '{"message":"Too Many Requests"}' }, 'The server answered 429 with'],
    ['nothing', { status: 200 }, 'The server answered 200 with something that is'],
    ['a list', { status: 200, body: '[]' }, 'The server answered 200'],
    ['a text', { status: 200, body: '"text"' }, 'The server answered 200'],
    ['null', { status: 200, body: 'null' }, 'The server answered 200'],
    ['half a secret', { status: 200, body: '{"signingSecret":"whsec_secret' }, 'The server answered 200'],
  ])('is told as such, without its words: %s', async (_, fault, detail) => {
    api.fail(fault)
    const error = await failureOf(client.rotate(api.id))
    expect(error).toMatchObject({ code: 'unexpected-reply', detail: expect.stringContaining(detail) })
    expect(error.idempotencyKey).toBe(api.seen[0]?.headers['idempotency-key'])
    expect(inspect(error, { showHidden: true })).not.toMatch(/secret/i)
  })

  const object = { status: 200, headers: { 'content-type': 'application/json' } }

  it.each<[string, (it: KeyturnClient) => Promise<unknown>, Exclude<Fault, string>]>([
    ['no secret of a rotation', it => it.rotate(api.id), { status: 204 }],
    ['no endpoint', it => it.get(api.id), { status: 204 }],
    ['no page', it => it.list(), { status: 204 }],
    ['an object for a page', it => it.list(), { ...object, body: '{}' }],
    ['no list in a page', it => it.list(), { ...object, body: '{"data":{},"nextCursor":null}' }],
    ['a page that does not say whether it is the last', it => it.audit(api.id), { ...object, body: '{"data":[]}' }],
    ['a number for a cursor', it => it.listApiKeys(), { ...object, body: '{"data":[],"nextCursor":1}' }],
    ['an object for all items', it => it.listAll().next(), { ...object, body: '{}' }],
    ['an object for a list', it => it.deliveries(api.id), { ...object, body: '{}' }],
    ['a page for a deletion', it => it.delete(api.id), { status: 200, body: '<html>' }],
    ['an object for a deletion', it => it.delete(api.id), { ...object, body: '{}' }],
  ])('is told, and no success: %s', async (_, call, fault) => {
    api.fail(fault)
    const error = await failureOf(call(client))
    expect(error).toMatchObject({ code: 'unexpected-reply', status: fault.status })
    expect(api.seen).toHaveLength(1)
  })

  it('is told from a list without pages, which has no cursor', async () => {
    api.fail({ ...object, body: '{"data":[]}' })
    expect(await client.deliveries(api.id)).toEqual({ data: [] })
  })

  it.each([301, 302, 303, 307, 308])('is a redirect with %i, which is not followed', async status => {
    api.fail({ status, headers: { location: `${api.url}/elsewhere` } })
    expect(await failureOf(client.get(api.id))).toMatchObject({
      code: 'unexpected-reply',
      status,
      detail: expect.stringContaining('redirects are not followed'),
    })
    expect(api.seen).toHaveLength(1)
  })
})

describe('a network that fails', () => {
  it('is told with the system’s code', async () => {
    const gone = await faultyApi()
    await gone.close()
    const call = keyturnClient({ baseUrl: gone.url, credential: 'kt_x', repeats: 0 }).get(api.id)
    expect(await failureOf(call)).toMatchObject({
      code: 'network',
      status: null,
      requestId: null,
      detail: 'No reply came, or it broke off (ECONNREFUSED).',
    })
  })
})

describe('no error shows', () => {
  it('the credential, neither where the server sends it back nor where fetch says it', async () => {
    const echo = { code: 'invalid-request', detail: `Bearer ${api.token}`, errors: [{ path: api.token, message: 'x' }] }
    api.fail({ status: 400, body: JSON.stringify(echo) })
    const echoed = await failureOf(client.get(api.id))
    expect(echoed.detail).toBe('Bearer [credential]')
    const fetch = async () => Promise.reject(new TypeError(`bad header ${api.token}`, { cause: api.token }))
    const refused = await failureOf(
      keyturnClient({ baseUrl: api.url, credential: api.token, fetch, repeats: 0 }).get('a'),
    )
    for (const error of [echoed, refused])
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(api.token)
  })

  it.each<[string, (token: string) => Fault]>([
    ['the request’s id', token => ({ status: 400, headers: { 'x-request-id': `id-${token}` } })],
    ['the id of a reply that went well', token => ({ status: 200, headers: { 'x-request-id': token } })],
    ['the type', token => ({ status: 502, headers: { 'content-type': `text/${token}` } })],
    ['the type alone', token => ({ status: 200, headers: { 'content-type': `${token}/json` } })],
    ['the code', token => ({ status: 409, body: JSON.stringify({ code: token }) })],
    ['the title', token => ({ status: 409, body: JSON.stringify({ code: 'too-early', title: token }) })],
    ['a message', token => ({ status: 400, body: JSON.stringify({ code: 'a', errors: [{ message: token }] }) })],
    ['JSON’s escapes', token => ({ status: 409, body: `{"code":"too-early","detail":"${escaped(token)}"}` })],
  ])('the credential that comes back in %s', async (_, fault) => {
    api.fail(fault(api.token))
    const error = await failureOf(client.get(api.id))
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(api.token)
    expect(JSON.stringify(error)).not.toContain(api.token)
  })

  it('half the credential, where that has signs that no type has', async () => {
    const credential = 'kt_half~kt_rest'
    api.fail({ status: 502, headers: { 'content-type': `text/${credential}` } })
    const call = keyturnClient({ baseUrl: api.url, credential, repeats: 0 }).get(api.id)
    expect(inspect(await failureOf(call))).not.toContain('kt_half')
  })

  it('the credential of a client that is printed', () => {
    expect(inspect(client, { showHidden: true, depth: 9 })).not.toContain(api.token)
    expect(JSON.stringify(client)).not.toContain(api.token)
  })
})

/** Each sign as JSON may also write it. */
function escaped(text: string): string {
  return Array.from(text, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}
