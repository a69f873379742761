import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createHmac } from 'node:crypto'
import {
  bodyHex,
  type Scheme,
  sign,
  signBody,
  signsPart,
  standardWebhooks,
  verify,
  type VerifyOptions,
} from '../../../src/verify'
import { codeOf } from './code-of'
import { FOREIGN, NEW, NOON, NOON_SECONDS, OLD } from './secrets'

const BODY = '{"type":"invoice.paid"}'
const URL = 'https://receiver.example/hooks'
const hub = bodyHex({ header: 'x-signature' })

function schemeWith(content: string, change: Partial<Scheme> = {}): Scheme {
  const named = { id: ['x-id'], timestamp: ['x-time'], tenant: ['x-org'] }
  return { ...hub, ...named, signature: { ...hub.signature, content }, ...change }
}

const message = { id: 'msg_1', tenant: 'org_7', url: URL, now: NOON }

function hex(secret: string, content: string): string {
  return createHmac('sha256', secret).update(content).digest('hex')
}

function refusal(
  body: string | Uint8Array,
  headers: Record<string, string>,
  scheme: Scheme,
  options: VerifyOptions = {},
): unknown {
  return codeOf(() => verify(body, headers, [NEW], { scheme, url: URL, now: NOON, ...options }))
}

const milliseconds = String(NOON.getTime())

describe('what is signed', () => {
  it.each<[string, string, Partial<Scheme>]>([
    ['v0:{timestamp}:{body}', `v0:${NOON_SECONDS}:${BODY}`, {}],
    ['{timestamp}{body}', `${NOON_SECONDS}${BODY}`, {}],
    ['{timestamp}{body}', `${milliseconds}${BODY}`, { milliseconds: true }],
    ['POST|{url}|{body}', `POST|${URL}|${BODY}`, {}],
    ['{url}{body}', URL + BODY, {}],
    ['{body}.{timestamp}', `${BODY}.${NOON_SECONDS}`, {}],
    ['{tenant}\n{id}\n{body}', `org_7\nmsg_1\n${BODY}`, {}],
    ['{body}', BODY, {}],
  ])('%j is what the page says', (content, expected, change) => {
    const scheme = schemeWith(content, change)
    const headers = sign(BODY, [NEW], { scheme, ...message })
    expect(headers['x-signature']).toBe(hex(NEW, expected))
    expect(refusal(BODY, headers, scheme)).toBeUndefined()
    expect(refusal(`${BODY} `, headers, scheme)).toBe('no-matching-signature')
    expect(codeOf(() => verify(BODY, headers, [FOREIGN], { scheme, url: URL, now: NOON }))).toBe(
      'no-matching-signature',
    )
  })

  it('cannot be a part that there is not', () => {
    expect(() => sign(BODY, [NEW], { scheme: schemeWith('{clock}.{body}'), ...message })).toThrow(TypeError)
    expect(() =>
      verify(BODY, { 'x-signature': 'x' }, [NEW], {
        scheme: { ...hub, signature: { ...hub.signature, content: '{}.{body}' } },
      }),
    ).toThrow(TypeError)
  })

  it('says which parts it covers', () => {
    expect(signsPart(schemeWith('v0:{timestamp}:{body}'), 'timestamp')).toBe(true)
    expect(signsPart(schemeWith('v0:{timestamp}:{body}'), 'id')).toBe(false)
    expect(signsPart(standardWebhooks, 'id')).toBe(true)
  })
})

describe('a part that would reach into the next one', () => {
  it.each([
    ['{tenant}:{body}', 'org', 'org:1', '1:5', '5', 'bad-tenant'],
    ['{tenant} / {body}', 'org', 'org / 1', '1 / 5', '5', 'bad-tenant'],
    ['{id}.{body}', 'msg', 'msg.1', '1.5', '5', 'bad-id'],
    ['{body}:{id}', 'msg', '1:msg', '5:1', '5', 'bad-id'],
  ])(
    'is refused in %j, where one signature would stand for two deliveries',
    (content, value, moved, body, rest, code) => {
      const scheme = schemeWith(content)
      const part = code === 'bad-id' ? 'x-id' : 'x-org'
      const headers = sign(body, [NEW], {
        scheme,
        ...message,
        ...(code === 'bad-id' ? { id: value } : { tenant: value }),
      })
      expect(refusal(body, headers, scheme)).toBeUndefined()
      expect(hex(NEW, content.replace(/\{(?:id|tenant)\}/, moved).replace('{body}', rest))).toBe(headers['x-signature'])
      expect(refusal(rest, { ...headers, [part]: moved }, scheme)).toBe(code)
      const given = code === 'bad-id' ? { id: moved } : { tenant: moved }
      expect(() => sign(rest, [NEW], { scheme, ...message, ...given })).toThrow(TypeError)
    },
  )

  it.each(['{id}{body}', '{tenant}{timestamp}.{body}'])('is any value in %j, where nothing ends it', content => {
    const scheme = schemeWith(content)
    expect(() => sign(BODY, [NEW], { scheme, ...message })).toThrow(TypeError)
    expect(refusal(BODY, { 'x-signature': 'x', 'x-id': 'a', 'x-org': 'b', 'x-time': '1' }, scheme)).toMatch(/^bad-/)
  })

  it('is a time of another length, where nothing ends it, however old a delivery may be', () => {
    const scheme = schemeWith('{timestamp}{body}')
    const headers = sign('12', [NEW], { scheme, ...message })
    const moved = { ...headers, 'x-time': `${NOON_SECONDS}1` }
    expect(refusal('2', moved, scheme, { toleranceSeconds: Infinity })).toBe('bad-timestamp')
    expect(refusal('12', headers, scheme, { toleranceSeconds: Infinity })).toBeUndefined()
  })
})

describe('milliseconds', () => {
  const scheme = schemeWith('{timestamp}.{body}', { milliseconds: true })

  it('are written, and read within the same tolerance', () => {
    const headers = sign(BODY, [NEW], { scheme, ...message })
    expect(headers['x-time']).toBe(milliseconds)
    const at = (seconds: number): VerifyOptions => ({ now: new Date(NOON.getTime() + seconds * 1000) })
    expect(refusal(BODY, headers, scheme, at(300))).toBeUndefined()
    expect(refusal(BODY, headers, scheme, at(301))).toBe('stale-timestamp')
    expect(refusal(BODY, { ...headers, 'x-time': String(NOON_SECONDS) }, scheme)).toBe('stale-timestamp')
    expect(refusal(BODY, { ...headers, 'x-time': '1'.repeat(16) }, scheme)).toBe('bad-timestamp')
  })
})

describe('a time of sending that is a text', () => {
  const now = new Date(NOON.getTime() + 120)
  it.each([
    ['second', '2026-11-21T12:00:00Z'],
    ['millisecond', '2026-11-21T12:00:00.120Z'],
  ] as const)('to the %s is written, and read within the tolerance', (isoTime, text) => {
    const scheme = schemeWith('{timestamp}{body}', { isoTime })
    const headers = sign(BODY, [NEW], { scheme, ...message, now })
    expect([headers['x-time'], headers['x-signature']]).toEqual([text, hex(NEW, text + BODY)])
    const at = (seconds: number): VerifyOptions => ({ now: new Date(NOON.getTime() + seconds * 1000) })
    expect(refusal(BODY, headers, scheme, at(300))).toBeUndefined()
    expect(refusal(BODY, headers, scheme, at(301))).toBe('stale-timestamp')
    expect(refusal(BODY, headers, scheme, at(-301))).toBe('stale-timestamp')
  })

  it.each([
    '2026-11-21T12:00:00.000Z',
    '2026-11-21T12:00:00+00:00',
    '2026-11-21 12:00:00Z',
    '2026-11-21T12:00:00z',
    '2026-11-31T12:00:00Z',
    '2026-11-21',
    String(NOON_SECONDS),
    'noon',
  ])('%j is no other spelling of one, so that it ends where it seems to', text => {
    const scheme = schemeWith('{timestamp}{body}', { isoTime: 'second' })
    const headers = {
      ...sign(BODY, [NEW], { scheme, ...message }),
      'x-time': text,
      'x-signature': hex(NEW, text + BODY),
    }
    expect(refusal(BODY, headers, scheme, { toleranceSeconds: Infinity })).toBe('bad-timestamp')
  })
})

describe('signatures apart by what the scheme says', () => {
  const signed = hex(NEW, BODY)
  const before = hex(OLD, BODY)
  const list = (change: Partial<Scheme['signature']>): Scheme => ({
    ...hub,
    signature: { ...hub.signature, content: '{body}', form: 'list', prefix: 'v1=', ...change },
  })

  it.each([
    [',', `v1=${signed},v1=${before}`],
    [', ', `v1=${signed}, v1=${before}`],
    [';', `v1=${signed};v1=${before}`],
    ['| ', `v1=${signed}| v1=${before}`],
    [' ', `v1=${signed} v1=${before}`],
  ])('%j verify under either secret', (separator, value) => {
    const scheme = list({ separator })
    expect(sign(BODY, [NEW, OLD], { scheme, now: NOON })).toEqual({ 'x-signature': value })
    for (const secret of [NEW, OLD]) {
      expect(codeOf(() => verify(BODY, { 'x-signature': value }, [secret], { scheme }))).toBeUndefined()
    }
    expect(codeOf(() => verify(BODY, { 'x-signature': value }, [FOREIGN], { scheme }))).toBe('no-matching-signature')
  })

  it('are read with spaces or without, as where a header that was sent twice is joined', () => {
    const scheme = list({ separator: ',' })
    expect(refusal(BODY, { 'x-signature': `v1=${before}, v1=${signed}` }, scheme)).toBeUndefined()
  })

  it.each([`v1=${signed}v1=${before}`, `v1=${signed}x`, `v1=${signed} v1=${before}`, `x v1=${signed}`, signed])(
    'are no others: %j',
    value => {
      const scheme = list({ separator: ',' })
      expect(refusal(BODY, { 'x-signature': value }, scheme)).toBe('no-matching-signature')
    },
  )

  it('have one prefix for the current key and another for those before', () => {
    const scheme = list({ separator: ',', olderPrefix: 'v2=' })
    const headers = sign(BODY, [NEW, OLD], { scheme, now: NOON })
    expect(headers['x-signature']).toBe(`v1=${signed},v2=${before}`)
    for (const secret of [NEW, OLD]) expect(codeOf(() => verify(BODY, headers, [secret], { scheme }))).toBeUndefined()
    expect(refusal(BODY, { 'x-signature': `v3=${signed}` }, scheme)).toBe('no-matching-signature')
  })

  it('stand behind exactly one time, wherever a second one stands', () => {
    const timed = { ...hub.signature, content: '{timestamp}.{body}', form: 'timestamped', prefix: 's=' } as const
    const scheme: Scheme = { ...hub, signature: { ...timed, separator: '; ' } }
    const headers = sign(BODY, [NEW, OLD], { scheme, now: NOON })
    const value = headers['x-signature'] ?? ''
    expect(value).toMatch(/^t=\d{10}; s=\w{64}; s=\w{64}$/)
    expect(refusal(BODY, headers, scheme)).toBeUndefined()
    for (const twice of [`${value};t=${NOON_SECONDS}`, `t=1;   ${value}`, value.slice(14)]) {
      expect(refusal(BODY, { 'x-signature': twice }, scheme)).toBe('bad-timestamp')
    }
  })
})

describe('the key before in a header of its own', () => {
  const previous = { ...hub.signature, header: ['x-signature-old'], content: '{timestamp}.{body}' }
  const scheme = schemeWith('{timestamp}.{body}', { previous })

  it('lets receivers with either secret verify, and no other', () => {
    const headers = sign(BODY, [NEW, OLD], { scheme, ...message })
    const signed = `${NOON_SECONDS}.${BODY}`
    expect(headers).toMatchObject({ 'x-signature': hex(NEW, signed), 'x-signature-old': hex(OLD, signed) })
    for (const secret of [NEW, OLD]) {
      expect(codeOf(() => verify(BODY, headers, [secret], { scheme, now: NOON }))).toBeUndefined()
    }
    expect(codeOf(() => verify(BODY, headers, [FOREIGN], { scheme, now: NOON }))).toBe('no-matching-signature')
    expect(codeOf(() => verify(`${BODY} `, headers, [OLD], { scheme, now: NOON }))).toBe('no-matching-signature')
  })

  it('is not written while there is none', () => {
    expect(sign(BODY, [NEW], { scheme, ...message })).not.toHaveProperty('x-signature-old')
  })
})

describe('upper-case hex', () => {
  const scheme: Scheme = { ...hub, signature: { ...hub.signature, encoding: 'upper-hex' } }

  it('is one spelling alone', () => {
    const headers = sign(BODY, [NEW], { scheme })
    expect(headers['x-signature']).toBe(hex(NEW, BODY).toUpperCase())
    expect(refusal(BODY, headers, scheme)).toBeUndefined()
    expect(refusal(BODY, { 'x-signature': hex(NEW, BODY) }, scheme)).toBe('no-matching-signature')
  })
})

describe('a signature in the body', () => {
  const inBody = { signature: 'proof.signature', id: 'proof.token', timestamp: 'proof.at' }
  const scheme: Scheme = {
    ...hub,
    signature: { ...hub.signature, header: [], content: '{timestamp}|{id}|{body}' },
    inBody,
  }
  const signed = (body: string): string => signBody(body, [NEW], { scheme, ...message })

  it('covers the body with its own text empty', () => {
    const body = signed('{"data":{"a":""},"proof":{"by":"us"}}')
    const emptied = `{"data":{"a":""},"proof":{"by":"us","token":"msg_1","at":"${NOON_SECONDS}","signature":""}}`
    const signature = hex(NEW, `${NOON_SECONDS}|msg_1|${emptied}`)
    expect(body).toBe(emptied.replace('"signature":""', `"signature":"${signature}"`))
    expect(sign(body, [NEW], { scheme, ...message })).toEqual({})
    expect(refusal(body, {}, scheme)).toBeUndefined()
    expect(refusal(Buffer.from(body), {}, scheme)).toBeUndefined()
    expect(codeOf(() => verify(body, {}, [OLD], { scheme, now: NOON }))).toBe('no-matching-signature')
  })

  it('is refused in any other place, twice, or in another spelling', () => {
    const body = signed('{"data":{"a":""}}')
    const [, signature = ''] = /"signature":"(\w+)"/.exec(body) ?? []
    const moved = body.replace(`"signature":"${signature}"`, '"signature":""').replace('"a":""', `"a":"${signature}"`)
    expect(refusal(moved, {}, scheme)).toBe('missing-header')
    expect(refusal(body.replace('"a":""', `"a":"${signature}"`), {}, scheme)).toBe('missing-header')
    expect(
      refusal(body.replace(signature, `\\u00${signature.charCodeAt(0).toString(16)}${signature.slice(1)}`), {}, scheme),
    ).toBe('missing-header')
    expect(refusal(body.replace('}}', `},"proof":{"signature":"${signature}"}}`), {}, scheme)).toBe('missing-header')
    expect(refusal(`\ufeff${body}`, {}, scheme)).toBe('missing-header')
    expect(refusal(` ${body}`, {}, scheme)).toBe('no-matching-signature')
    for (const odd of ['', '[]', 'null', '{}', '{"proof":{"signature":"x"}}', '{"proof":{"signature":1}}']) {
      expect(refusal(odd, {}, scheme)).toBe('missing-header')
    }
  })

  it('is refused with one bit of the body changed, whatever the body is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, bit) => {
        const bytes = Buffer.from(signed(JSON.stringify(object)))
        expect(refusal(bytes, {}, scheme)).toBeUndefined()
        const at = bit % bytes.length
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at)
        expect(refusal(bytes, {}, scheme)).not.toBeUndefined()
      }),
    )
  })

  it('covers what the scheme says and no more: without the body, any body goes', () => {
    const weak: Scheme = { ...scheme, signature: { ...scheme.signature, content: '{timestamp}{id}' } }
    const body = signBody('{"a":1}', [NEW], { scheme: weak, ...message })
    expect(JSON.parse(body).proof.signature).toBe(hex(NEW, `${NOON_SECONDS}msg_1`))
    expect(refusal(body, {}, weak)).toBeUndefined()
    expect(refusal(body.replace('"a":1', '"a":2'), {}, weak)).toBeUndefined()
    expect(refusal(body.replace('msg_1', 'msg_2'), {}, weak)).toBe('no-matching-signature')
    expect(refusal(body.replace(String(NOON_SECONDS), `${NOON_SECONDS}1`), {}, weak)).toBe('bad-timestamp')
  })

  it('needs a JSON object', () => {
    for (const body of ['[]', '1', 'x']) expect(() => signed(body)).toThrow(TypeError)
    expect(() => signBody('{}', [NEW], { scheme: hub })).toThrow(TypeError)
  })
})
