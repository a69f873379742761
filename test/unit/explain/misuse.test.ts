import { expect, it } from '@jest/globals'
import { explain, keysOfMirror, readCapturedRequest } from '../../../src/explain'
import { sign } from '../../../src/verify'
import { NEW, NOON, whsec } from '../verify/secrets'
import { refusal } from '../../support/refusal'

const body = '{"type":"invoice.paid"}'
const headers = sign(body, [NEW], { id: 'msg_1', now: NOON })
const request = { headers, body }
const CANARY = whsec(77)

it.each<[string, unknown, RegExp]>([
  ['undefined', undefined, /^request must be an object \{ headers, body \}; undefined was given$/],
  ['its bytes', body, /^request must be an object \{ headers, body \}; a text was given$/],
  [
    'one with a parsed body',
    { headers, body: { a: CANARY } },
    /^body must be the raw body, as bytes or text.*; an object was given$/,
  ],
  ['one without headers', { body }, /^request\.headers must be a list of pairs .*; undefined was given$/],
  [
    "one with fetch's headers",
    { body, headers: new Headers(headers) },
    /^request\.headers must be .*\[\.\.\.headers\].*; a Headers was given$/,
  ],
  [
    'one with an object for a header',
    { body, headers: { a: { b: CANARY } } },
    /^request\.headers must be .*; a value is no text$/,
  ],
  [
    'one with a URL',
    { ...request, url: new URL('https://receiver.example') },
    /^request\.url must be a text; a URL was given$/,
  ],
  [
    'one with a text for its time',
    { ...request, receivedAt: 'now' },
    /^request\.receivedAt must be a valid Date; a text was given$/,
  ],
])('a request that is %s is refused', (_, given, message) => {
  const refused = refusal(explain, given, [NEW])
  expect(refused).toMatch(message)
  expect(refused).not.toContain(CANARY)
})

it.each<[string, unknown, string]>([
  ['undefined', undefined, 'secrets must be a text, or a list; undefined was given'],
  ['a key alone', { secret: CANARY }, 'secrets must be a text, or a list; an object was given'],
  ['a list with undefined', [NEW, undefined], 'secrets[1] must be a text or a key { secret }; undefined was given'],
  ['a list with bytes', [Buffer.from(CANARY)], 'secrets[0].secret must be a text; undefined was given'],
  ['a key without a secret', [{ id: 'key_1' }], 'secrets[0].secret must be a text; undefined was given'],
  [
    'a key whose end is a text',
    [{ secret: CANARY, expiresAt: NOON.toISOString() }],
    'secrets[0].expiresAt must be a valid Date; a text was given',
  ],
])('secrets that are %s are refused', (_, secrets, message) => {
  expect(refusal(explain, request, secrets)).toBe(message)
})

it.each<[object, string]>([
  [
    { scheme: 'standardWebhooks' },
    'options.scheme must be a scheme, such as standardWebhooks or timestampedList({ header }); a text was given',
  ],
  [{ toleranceSeconds: Number.NaN }, 'options.toleranceSeconds must be a number of seconds from 0 up; NaN was given'],
  [{ now: 'today' }, 'options.now must be a valid Date; a text was given'],
  [{ known: {} }, 'options.known must be a list; an object was given'],
])('the options %j are refused', (options, message) => {
  expect(refusal(explain, request, [NEW], options)).toBe(message)
})

it('a file and a mirror that are none are refused', () => {
  expect(refusal(readCapturedRequest, undefined)).toBe('the file must be the bytes of a request; undefined was given')
  expect(refusal(keysOfMirror, JSON.parse('{"keys":[]}'))).toBe('the mirror must be a text; an object was given')
})
