import { describe, expect, it } from '@jest/globals'
import {
  bodyHex,
  type FaultySecretError,
  keyBytes,
  sign,
  signBody,
  signsPart,
  standardWebhooks,
  tenantBodyHex,
  timestampBodyHex,
  timestampedList,
  verify,
  whsecBase64,
} from '../../../src/verify'
import { NEW, NOON, whsec } from './secrets'
import { refusal } from '../../support/refusal'

// What JavaScript, or an `any`, can hand in. Every message names the argument and no value.

const BODY = '{"type":"invoice.paid"}'
const CANARY = whsec(77)
const SIGNED = sign(BODY, [NEW], { id: 'msg_1', now: NOON })
const RAW = 'the raw body, as bytes or text, before anything parses it'
const HEADERS = "the request's headers: Headers, or an object of names and values"

function bufferAsJson(text: string): unknown {
  return JSON.parse(JSON.stringify(Buffer.from(text)))
}

describe('a body', () => {
  it.each<[string, unknown, string]>([
    ['was parsed', JSON.parse(BODY), 'an object was given'],
    ['was parsed to a list', [BODY], 'a list was given'],
    ['is undefined', undefined, 'undefined was given'],
    ['is null', null, 'null was given'],
    ['is a number', 7, 'a number was given'],
    ['is a Buffer that went through JSON', bufferAsJson(BODY), 'an object was given'],
    ['is a promise', Promise.resolve(BODY), 'a promise, which must be awaited, was given'],
    ['is an ArrayBuffer', new ArrayBuffer(2), 'an ArrayBuffer, which new Uint8Array(…) makes bytes of, was given'],
    ['is a stream', new ReadableStream(), 'a ReadableStream was given'],
    ['is the request', new Request('https://receiver.example'), 'a Request was given'],
  ])('that %s is refused in words that say what is wanted', (_, body, given) => {
    expect(refusal(verify, body, SIGNED, [NEW], { now: NOON })).toBe(`body must be ${RAW}; ${given}`)
    expect(refusal(sign, body, [NEW], { id: 'msg_1' })).toBe(`body must be ${RAW}; ${given}`)
  })

  it('that is to be signed within itself must be a text', () => {
    expect(refusal(signBody, Buffer.from(BODY), [NEW], {})).toBe('body must be a text; a Uint8Array was given')
  })
})

describe('secrets', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, 'a number'],
    ['bytes', Buffer.from(CANARY), 'a Uint8Array'],
    ['a Buffer that went through JSON', bufferAsJson(CANARY), 'an object'],
    ['a set', new Set([CANARY]), 'a Set'],
    ['a promise', Promise.resolve(CANARY), 'a promise, which must be awaited,'],
    ['the key itself', { secret: CANARY }, 'an object'],
  ])('that are %s are refused', (_, secrets, given) => {
    const message = `secrets must be a secret's text, or a list of them; ${given} was given`
    expect(refusal(verify, BODY, SIGNED, secrets)).toBe(message)
    expect(refusal(sign, BODY, secrets, { id: 'msg_1' })).toBe(message)
    expect(refusal(signBody, BODY, secrets, {})).toBe(message)
  })

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, 'a number'],
    ['bytes', Buffer.from(CANARY), 'a Uint8Array'],
    ['a Buffer that went through JSON', bufferAsJson(CANARY), 'an object'],
    ['a list', [CANARY], 'a list'],
  ])('of which one is %s name its place', (_, secret, given) => {
    const message = `secret 2 must be a text; ${given} was given`
    expect(refusal(sign, BODY, [NEW, secret], { id: 'msg_1' })).toBe(message)
    const told: string[] = []
    const onError = ({ message: each, code }: FaultySecretError): void => void told.push(`${code}: ${each}`)
    Reflect.apply(verify, undefined, [BODY, SIGNED, [NEW, secret], { now: NOON, onError }])
    expect(told).toEqual([`malformed-secret: ${message}`])
    expect(refusal(verify, BODY, SIGNED, ['', secret], { now: NOON })).toBe(message)
  })
})

describe('headers', () => {
  const whole = `headers must be ${HEADERS}; the whole request was given: hand on its headers`

  it.each<[string, unknown, string]>([
    ['a request of fetch', new Request('https://receiver.example', { headers: SIGNED }), whole],
    ["a request of Node or a function's event", { headers: SIGNED, body: BODY }, whole],
    ['a text', `webhook-id: ${CANARY}`, `headers must be ${HEADERS}; a text was given`],
    ['a list of pairs', Object.entries(SIGNED), `headers must be ${HEADERS}; a list was given`],
    ['a function', () => undefined, `headers must be ${HEADERS}; a function was given`],
    ['a number', 7, `headers must be ${HEADERS}; a number was given`],
  ])('that are %s are refused', (_, headers, message) => {
    expect(refusal(verify, BODY, headers, [NEW])).toBe(message)
  })

  it('of which one is no text name it', () => {
    const message = 'the header webhook-timestamp must be a text; a number was given'
    const timestamp = { 'webhook-timestamp': NOON.getTime() / 1000 }
    expect(refusal(verify, BODY, { ...SIGNED, ...timestamp }, [NEW], { now: NOON })).toBe(message)
    expect(refusal(verify, BODY, new Map(Object.entries({ ...SIGNED, ...timestamp })), [NEW])).toBe(message)
  })

  it('may hold one that is called headers', () => {
    const headers = { ...SIGNED, headers: ['a', 'b'] }
    expect(refusal(verify, BODY, headers, [NEW], { now: NOON })).toBe('nothing')
  })
})

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['a tolerance', 300, 'a number'],
    ['a scheme by name', 'standardWebhooks', 'a text'],
  ])('that are %s are refused', (_, options, given) => {
    const message = `options must be an object such as { scheme }; ${given} was given`
    expect(refusal(verify, BODY, SIGNED, [NEW], options)).toBe(message)
    expect(refusal(sign, BODY, [NEW], options)).toBe(message)
  })

  const seconds = 'a number of seconds from 0 up'
  const scheme = 'a scheme, such as standardWebhooks or timestampedList({ header })'

  it.each<[string, unknown, string]>([
    ['toleranceSeconds', Number.NaN, `must be ${seconds}; NaN was given`],
    ['toleranceSeconds', -1, `must be ${seconds}; a number was given`],
    ['toleranceSeconds', '300', `must be ${seconds}; a text was given`],
    ['toleranceSeconds', null, `must be ${seconds}; null was given`],
    ['now', new Date(Number.NaN), 'must be a valid Date; an invalid Date was given'],
    ['now', NOON.getTime(), 'must be a valid Date; a number was given'],
    ['now', NOON.toISOString(), 'must be a valid Date; a text was given'],
    ['url', new URL('https://receiver.example'), 'must be a text; a URL was given'],
    ['onError', 'log', 'must be a function; a text was given'],
    ['scheme', 'standardWebhooks', `must be ${scheme}; a text was given`],
    ['scheme', timestampedList, `must be ${scheme}; a function was given`],
    ['scheme', null, `must be ${scheme}; null was given`],
    ['keyBytes', 'base64', 'must be an object { encoding, prefix }, such as whsecBase64 or utf8Text; a text was given'],
  ])('whose %s is %p are refused', (name, value, message) => {
    expect(refusal(verify, BODY, SIGNED, [NEW], { now: NOON, [name]: value })).toBe(`options.${name} ${message}`)
  })

  it.each<[string, unknown, string]>([
    ['id', 7, 'must be a text; a number was given'],
    ['tenant', ['org_1'], 'must be a text; a list was given'],
    ['now', '2026-11-21', 'must be a valid Date; a text was given'],
  ])('of sign whose %s is %p are refused', (name, value, message) => {
    expect(refusal(sign, BODY, [NEW], { id: 'msg_1', [name]: value })).toBe(`options.${name} ${message}`)
  })

  it.each<[string, object, string]>([
    ['id', { id: 'webhook-id' }, "must be a list of headers' names, in lower case; a text was given"],
    [
      'signature',
      { signature: undefined },
      'must be an object that says how the signature is written; undefined was given',
    ],
    [
      'signature.header',
      { signature: { ...standardWebhooks.signature, header: 'webhook-signature' } },
      "must be a list of headers' names, in lower case; a text was given",
    ],
    ['signature.content', { signature: { header: ['a'] } }, 'must be a text; undefined was given'],
    [
      'keyBytes.encoding',
      { keyBytes: { encoding: 'ascii', prefix: '' } },
      'must be one of base64, base64url, hex, utf8',
    ],
    ['keyBytes.prefix', { keyBytes: { encoding: 'hex' } }, 'must be a text; undefined was given'],
  ])('with a scheme whose %s is wrong are refused', (name, change, message) => {
    const given = { ...standardWebhooks, ...change }
    expect(refusal(verify, BODY, SIGNED, [NEW], { scheme: given })).toBe(`options.scheme.${name} ${message}`)
    expect(refusal(signsPart, given, 'id')).toBe(`scheme.${name} ${message}`)
  })

  it('take an endless tolerance, and undefined for what is not said', () => {
    const headers = sign(BODY, [NEW], { id: 'msg_1', now: new Date(0), scheme: undefined, tenant: undefined })
    const options = { toleranceSeconds: Number.POSITIVE_INFINITY, now: NOON, scheme: undefined, onError: undefined }
    expect(refusal(verify, BODY, headers, [NEW], options)).toBe('nothing')
  })
})

describe('a ready scheme', () => {
  const name = "a header's name, such as 'X-Signature'"

  it.each<[string, (names: never) => unknown, unknown, string]>([
    ['timestampedList', timestampedList, {}, `header must be ${name}; undefined was given`],
    ['timestampedList', timestampedList, 'X-Signature', 'names must be an object { header }; a text was given'],
    ['bodyHex', bodyHex, { header: '' }, `header must be ${name}; an empty text was given`],
    ['timestampBodyHex', timestampBodyHex, { header: 'a' }, `timestamp must be ${name}; undefined was given`],
    [
      'tenantBodyHex',
      tenantBodyHex,
      { header: 'a', bodyHeader: 'b', timestamp: 'c' },
      `tenant must be ${name}; undefined was given`,
    ],
  ])('by %s without its names is refused: no delivery would ever verify', (_, make, names, message) => {
    expect(refusal(make, names)).toBe(message)
  })
})

it('the bytes of a key want a text and its format', () => {
  expect(refusal(keyBytes, undefined, whsecBase64)).toBe('secret must be a text; undefined was given')
  expect(refusal(keyBytes, CANARY, 'base64')).toMatch(/^format must be an object \{ encoding, prefix \}/)
})

it('no message holds a value', () => {
  const wrong = [CANARY, [CANARY], { secret: CANARY }, Buffer.from(CANARY), new Map([[CANARY, CANARY]])]
  const messages = wrong.flatMap(value => [
    refusal(verify, [value], SIGNED, [NEW]),
    refusal(verify, BODY, [value], [NEW]),
    refusal(verify, BODY, SIGNED, [[value]]),
    refusal(verify, BODY, SIGNED, [NEW], [value]),
    ...['scheme', 'keyBytes', 'url', 'now', 'toleranceSeconds', 'onError'].map(option =>
      refusal(verify, BODY, SIGNED, [NEW], { now: NOON, [option]: [value] }),
    ),
  ])
  expect(messages.filter(message => message.includes(CANARY.slice(6, 20)))).toEqual([])
  expect(messages.filter(message => message === 'nothing')).toEqual([])
})
