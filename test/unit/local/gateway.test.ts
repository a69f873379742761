import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { InvocationError } from '../../../local/function-worker'
import { type Gateway, startGateway } from '../../../local/gateway'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({
    port: 0,
    cors: { origins: ['https://app.example'], methods: ['GET', 'POST'], headers: ['authorization'] },
    routes: [
      { routeKey: 'POST /echo/{id}', function: 'echo' },
      { routeKey: 'POST /threw', function: 'threw' },
      { routeKey: 'POST /ended', function: 'ended' },
      { routeKey: 'POST /late', function: 'late' },
      { routeKey: 'POST /header', function: 'header' },
    ],
    now: () => new Date('2026-11-21T09:03:05.123Z'),
    invoke: async (name, event) => {
      if (name === 'echo') return event
      if (name === 'header') return { statusCode: 200, headers: { bad: 'a\nb' } }
      throw new InvocationError(name === 'threw' ? 'threw' : name === 'late' ? 'late' : 'ended', 'on purpose')
    },
  })
})

afterAll(() => gateway.close())

const post = (path: string, init: RequestInit = {}) => fetch(`${gateway.url}${path}`, { method: 'POST', ...init })

describe('the gateway', () => {
  it('makes an event in payload format 2.0', async () => {
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'test', Cookie: 'a=1; b=2' }
    const reply = await post('/echo/x%3Arotate?a=1&b=%20&a=2', { headers, body: '{"é":1}' })
    const event = (await reply.json()) as Record<string, unknown>
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo/{id}',
      rawPath: '/echo/x:rotate',
      rawQueryString: 'a=1&b=%20&a=2',
      cookies: ['a=1', 'b=2'],
      headers: { 'content-type': 'application/json', 'content-length': '8', 'x-forwarded-for': '127.0.0.1' },
      queryStringParameters: { a: '1,2', b: ' ' },
      pathParameters: { id: 'x:rotate' },
      requestContext: {
        http: {
          method: 'POST',
          path: '/echo/x:rotate',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: reply.headers.get('apigw-requestid'),
        routeKey: 'POST /echo/{id}',
        stage: '$default',
        time: '21/Nov/2026:09:03:05 +0000',
        timeEpoch: 1795251785123,
      },
      body: '{"é":1}',
      isBase64Encoded: false,
    })
    expect(event.headers).not.toHaveProperty('cookie')
    expect(event.headers).not.toHaveProperty('connection')
  })

  it('does not make another path of an encoded slash', async () => {
    const event = await (await post('/echo/a%2Fb%23%3F%25')).json()
    expect(event).toMatchObject({ rawPath: '/echo/a%2Fb#?%', pathParameters: { id: 'a/b#?%' } })
  })

  it.each([
    ['%ZZ', '%ZZ'],
    ['%E0%A4%A', '%E0%A4%A'],
    ['%', '%'],
    ['a%41%', 'a%41%'],
    ['%41', 'A'],
  ])('hands over the segment %s as %s: one that is no encoding is the function’s to refuse', async (sent, id) => {
    const event = await (await post(`/echo/${sent}`)).json()
    expect(event).toMatchObject({ rawPath: `/echo/${id}`, pathParameters: { id } })
  })

  it('leaves out what a request does not have', async () => {
    const event = await (await post('/echo/x')).json()
    expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false })
    for (const absent of ['cookies', 'queryStringParameters', 'body']) expect(event).not.toHaveProperty(absent)
  })

  it.each([
    ['text/plain', false],
    ['application/json; charset=utf-8', false],
    ['application/problem+json', true],
    ['application/x-www-form-urlencoded', true],
    ['', true],
  ])('with content type %j encodes the body in base64: %s', async (type, encoded) => {
    const body = new Blob(['{}'], { type })
    const event = await (await post('/echo/x', { body })).json()
    expect(event).toMatchObject({ body: encoded ? 'e30=' : '{}', isBase64Encoded: encoded })
  })

  it('joins a header that is sent twice with a comma', async () => {
    const reply = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${gateway.url}/echo/x`,
        { method: 'POST', headers: { 'X-Twice': ['a', 'b'] } },
        response => {
          let text = ''
          response.on('data', chunk => (text += String(chunk))).on('end', () => resolve(text))
        },
      )
      sent.on('error', reject).end()
    })
    expect(JSON.parse(reply)).toMatchObject({ headers: { 'x-twice': 'a,b' } })
  })

  it.each([
    ['/threw', 500, 'Internal Server Error'],
    ['/ended', 502, 'Internal Server Error'],
    ['/late', 503, 'Service Unavailable'],
    ['/header', 500, 'Internal Server Error'],
    ['/nowhere', 404, 'Not Found'],
  ])('answers %s with %d %s', async (path, status, message) => {
    const reply = await post(path)
    expect([reply.status, await reply.json()]).toEqual([status, { message }])
  })

  it('413 for a body over 10 MB, and takes one of 10 MB', async () => {
    const tooLarge = await post('/echo/x', { body: new Uint8Array(10 * 1024 * 1024 + 1) })
    expect([tooLarge.status, await tooLarge.json()]).toEqual([413, { message: 'Request Entity Too Large' }])
    expect((await post('/echo/x', { body: new Uint8Array(10 * 1024 * 1024) })).status).toBe(200)
  })

  it('431 for headers over 10,240 bytes', async () => {
    expect((await post('/echo/x', { headers: { long: 'x'.repeat(10240) } })).status).toBe(431)
  })

  it('says in every reply of its own that it is no page, also to what is no HTTP request', async () => {
    const replies = await Promise.all(
      ['/threw', '/ended', '/late', '/header', '/nowhere', '/echo/x'].map(path => post(path)),
    )
    replies.push(await post('/echo/x', { headers: { long: 'x'.repeat(10240) } }))
    for (const { headers } of replies) {
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'")
    }
    for (const text of [
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: localhost\r\nExpect: b\r\n\r\n',
    ]) {
      expect(await rawReply(text)).toContain(
        "\r\nx-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'",
      )
    }
  })
})

describe('a web page that a browser has open', () => {
  it.each([
    ['rebound.example', undefined, 403],
    ['rebound.example:4700', undefined, 403],
    ['127.0.0.1.rebound.example', undefined, 403],
    ['169.254.169.254', undefined, 403],
    ['localhost:4700', undefined, 200],
    ['LOCALHOST:4700', 'http://localhost:4700', 200],
    ['127.0.0.1:4700', 'http://127.0.0.1:4700', 200],
    ['127.0.0.1:4700', 'http://127.0.0.1:4701', 403],
    ['127.0.0.1:4700', 'https://127.0.0.1:4700', 403],
    ['127.0.0.1:4700', 'http://rebound.example', 403],
    ['rebound.example:4700', 'http://rebound.example:4700', 403],
    ['127.0.0.1:4700', 'null', 403],
    ['127.0.0.1:4700', 'https://app.example', 200],
    ['127.0.0.1:4700', 'https://app.example.org', 403],
  ])('with the host %s and the origin %s is answered %d', async (host, origin, status) => {
    const headers = { host, ...(origin === undefined ? {} : { origin }) }
    expect(await statusOf({ path: '/echo/x', headers })).toBe(status)
  })

  it('is refused before anything is invoked, with what other replies of the gateway have', async () => {
    const reply = await post('/echo/x', { headers: { origin: 'http://rebound.example' } })
    expect([reply.status, await reply.json()]).toEqual([403, { message: 'Forbidden' }])
    expect(reply.headers.get('apigw-requestid')).toEqual(expect.any(String))
  })
})

describe('a page of another origin that may call', () => {
  const origin = 'https://app.example'

  it('may read the reply, whoever makes it, and of the headers those that a deployment shows', async () => {
    for (const [path, status] of [
      ['/echo/x', 200],
      ['/threw', 500],
    ] as const) {
      const reply = await post(path, { headers: { origin } })
      expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([status, origin])
      expect(reply.headers.get('access-control-expose-headers')).toBe('x-request-id,retry-after,idempotency-replayed')
      expect(reply.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  it('is told what it may send, which no function is asked', async () => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    const reply = await fetch(`${gateway.url}/threw`, { method: 'OPTIONS', headers })
    expect(reply.status).toBe(204)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '3600',
    })
  })

  it('is the only one: neither our own page nor another program gets such headers', async () => {
    const own = await post('/echo/x', { headers: { origin: gateway.url } })
    expect(own.headers.get('access-control-allow-origin')).toBeNull()
    expect((await post('/echo/x')).headers.get('access-control-allow-origin')).toBeNull()
    expect((await fetch(`${gateway.url}/echo/x`, { method: 'OPTIONS', headers: { origin } })).status).toBe(404)
  })
})

describe('an idle connection', () => {
  it('is never ended by the gateway: neither after a request nor before the first', async () => {
    const servers: Server[] = []
    const note = (message: unknown): void => void servers.push((message as { readonly server: Server }).server)
    subscribe('http.server.request.start', note)
    await post('/echo/x')
    unsubscribe('http.server.request.start', note)
    const [{ keepAliveTimeout, headersTimeout, requestTimeout, timeout } = {}] = servers
    expect({ keepAliveTimeout, headersTimeout, requestTimeout, timeout }).toEqual({
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
      timeout: 0,
    })
  })

  it('takes the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let each = 0; each < 3; each += 1) {
      const sent = request(`${gateway.url}/echo/x`, { method: 'POST', agent }).end()
      const [reply] = (await once(sent, 'response')) as [IncomingMessage]
      expect(reply.headers['keep-alive']).toBeUndefined()
      ports.add(reply.socket.localPort)
      await once(reply.resume(), 'end')
    }
    expect(ports.size).toBe(1)
    agent.destroy()
  })
})

interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** `fetch` sends no host of one's choice. */
async function statusOf({ path, headers }: Sent): Promise<number | undefined> {
  const sent = request(`${gateway.url}${path}`, { method: 'POST', headers, agent: false }).end()
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  reply.resume()
  return reply.statusCode
}

/** What comes back for bytes that need not be HTTP. */
async function rawReply(text: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.setEncoding('utf8').write(text)
  let reply = ''
  for await (const chunk of socket) {
    reply += String(chunk)
    if (reply.includes('\r\n\r\n')) break
  }
  return reply
}
