import { describe, expect, it } from '@jest/globals'
import { explain, keysOfMirror, readCapturedRequest } from '../../../src/explain'
import { sign } from '../../../src/verify'
import { NEW, NOON, OLD } from '../verify/secrets'

const body = '{"ship":"Öland"}'
const headers = sign(body, NEW, { id: 'msg_1', now: NOON })
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)

function http(end: string, extra: readonly string[], content: string | Buffer): Buffer {
  const head = ['POST /hooks?a=1 HTTP/1.1', 'Host: receiver.example', ...lines, ...extra, '', ''].join(end)
  return Buffer.concat([Buffer.from(head), Buffer.from(content)])
}

function verifies(file: Buffer): boolean {
  return explain(readCapturedRequest(file), NEW, { now: NOON }).verified
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

const event = {
  version: '2.0',
  rawPath: '/hooks',
  rawQueryString: 'a=1',
  headers,
  requestContext: { domainName: 'receiver.example', http: { method: 'POST' }, timeEpoch: NOON.getTime() },
}

describe('a captured request', () => {
  it.each<[string, Buffer]>([
    ['HTTP', http('\r\n', [], body)],
    ['HTTP whose lines end with a line feed', http('\n', [], body)],
    ['HTTP in chunks', http('\r\n', ['Transfer-Encoding: chunked'], `6\r\n{"ship\r\nb\r\n":"Öland"}\r\n0\r\n\r\n`)],
    ['what curl -v prints', Buffer.from(http('\n', [], '').toString().replaceAll(/^/gm, '> ').slice(0, -2) + body)],
    ['JSON', json({ method: 'POST', url: 'https://receiver.example/hooks', headers, body })],
    ['JSON with base64', json({ headers, bodyBase64: Buffer.from(body).toString('base64') })],
    ['JSON with pairs', json({ headers: Object.entries(headers), body })],
    ['an event of an HTTP API', json({ ...event, body, isBase64Encoded: false })],
    ['an event with base64', json({ ...event, body: Buffer.from(body).toString('base64'), isBase64Encoded: true })],
    [
      'an event of a REST API',
      json({
        httpMethod: 'POST',
        path: '/hooks',
        headers: null,
        multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
        requestContext: { requestTimeEpoch: NOON.getTime() },
        body,
        isBase64Encoded: false,
      }),
    ],
  ])('in the form of %s verifies', (_, file) => {
    expect(verifies(file)).toBe(true)
  })

  it('says where it came and when, as far as the capture has it', () => {
    expect(readCapturedRequest(http('\r\n', [], body))).toMatchObject({
      method: 'POST',
      url: 'https://receiver.example/hooks?a=1',
    })
    expect(readCapturedRequest(json({ ...event, body }))).toMatchObject({
      method: 'POST',
      url: 'https://receiver.example/hooks?a=1',
      receivedAt: NOON,
    })
    expect(readCapturedRequest(json({ headers, body, receivedAt: NOON.toISOString() })).receivedAt).toEqual(NOON)
  })

  it('shows headers that came twice', () => {
    const request = readCapturedRequest(http('\r\n', ['webhook-id: msg_2'], body))
    expect(explain(request, NEW, { now: NOON })).toMatchObject({
      verified: false,
      findings: [{ code: 'header-doubled' }],
    })
  })

  it('is told to be one that was parsed already, where its body is an object', () => {
    const pretty = '{ "ship": "Öland" }'
    const signed = sign(pretty, NEW, { id: 'msg_1', now: NOON })
    const request = readCapturedRequest(json({ headers: signed, body: JSON.parse(pretty) }))
    expect(explain(request, NEW, { now: NOON })).toMatchObject({
      verified: false,
      findings: [{ code: 'body-parsed' }, { code: 'body-reserialised', certainty: 'proven' }],
    })
  })

  const secret = 'whsec_c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1zZWU='

  it.each<[string, string | object, RegExp]>([
    ['no request', secret, /must be HTTP/],
    ['an empty file', '', /must be HTTP/],
    ['half a document', `{"body": "${secret}`, /begins with \{ but is not one JSON object/],
    ['a header without a colon', `POST / HTTP/1.1\n${secret}\n\n`, /line 2 of the request is no header/],
    ['no headers', { body: secret }, /headers must be an object or a list of pairs/],
    ['headers that are a text', { headers: secret }, /headers must be an object or a list of pairs/],
    ['a header that is an object', { headers: { a: { secret } } }, /the values of headers must be texts/],
    ['pairs that are none', { headers: [[secret]] }, /headers must be an object, or a list of pairs/],
    ['two bodies', { headers: {}, body: secret, bodyBase64: 'YQ==' }, /body or bodyBase64, not both/],
    ['no base64', { headers: {}, bodyBase64: `?${secret}` }, /bodyBase64 must be base64/],
    ['a number for base64', { headers: {}, bodyBase64: 1 }, /bodyBase64 must be a text/],
    ['no time', { headers: {}, receivedAt: secret }, /receivedAt must be a time/],
    ['a method that is a list', { headers: {}, method: [secret] }, /method must be a text/],
    [
      'an event with an object for its body',
      { isBase64Encoded: false, body: { secret } },
      /body must be a text or null/,
    ],
  ])('that is %s is refused in words that show nothing of it', (_, file, message) => {
    const bytes = typeof file === 'string' ? Buffer.from(file) : json(file)
    const refusal = refusalOf(() => readCapturedRequest(bytes))
    expect(refusal).toMatch(message)
    expect(refusal).not.toContain(secret.slice(6))
  })
})

describe("a mirror's value", () => {
  const document = {
    endpointId: 'ep_1',
    signingSecret: NEW,
    keys: [
      { id: 'key_2', secret: NEW, createdAt: NOON.toISOString(), expiresAt: null },
      { id: 'key_1', secret: OLD, createdAt: NOON.toISOString(), expiresAt: NOON.toISOString() },
    ],
  }
  const keys = [
    { id: 'key_2', secret: NEW, createdAt: NOON, expiresAt: null },
    { id: 'key_1', secret: OLD, createdAt: NOON, expiresAt: NOON },
  ]

  it('gives its keys, as a document, as get-secret-value prints it, or as a plain secret', () => {
    const text = JSON.stringify(document)
    expect(keysOfMirror(text)).toEqual(keys)
    const printed = { Name: 'x', SecretString: text, VersionStages: ['AWSPENDING', 'KEYTURN_STAGED'] }
    expect(keysOfMirror(JSON.stringify(printed))).toEqual(keys.map(key => ({ ...key, label: 'AWSPENDING' })))
    expect(keysOfMirror(JSON.stringify({ SecretString: NEW, VersionStages: ['AWSCURRENT'] }))).toEqual([
      { secret: NEW, label: 'AWSCURRENT' },
    ])
    expect(keysOfMirror(NEW)).toEqual([{ secret: NEW }])
  })

  it('counts an end that cannot be read as over, as receivers do', () => {
    const [key] = keysOfMirror(JSON.stringify({ keys: [{ secret: NEW, expiresAt: 'soon' }] }))
    expect(key?.expiresAt).toEqual(new Date(0))
  })

  it('that has no keys is refused in words that show nothing of it', () => {
    const refusal = refusalOf(() => keysOfMirror(JSON.stringify({ signingSecret: NEW, keys: [{ id: NEW }] })))
    expect(refusal).toMatch(/the mirror has no keys/)
    expect(refusal).not.toContain(NEW)
  })
})

function refusalOf(work: () => unknown): string {
  try {
    work()
    return ''
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
