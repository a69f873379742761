import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import type { HookErrorCode } from '../../../src/rotation-hook/hook-error'
import type { VendorErrorCode } from '../../../src/rotation-hook/vendor-failure'
import { secretOf } from './model'
import type { Turn } from './scripted-vendor'

/** What a vendor does with each call, the last turn for ever; or nothing listens there. */
export type VendorCase = readonly Turn[] | 'nowhere'

export const refused = (status: number, headers = {}): Turn => ({ status, headers, body: { error: 'no' } })
export const superseded: Turn = { status: 409, body: { code: 'rotation-superseded' } }

/** One case or more for each row of the consumer guide's table. */
export const vendorCases: Readonly<Record<string, readonly VendorCase[]>> = {
  'cannot be reached': ['nowhere'],
  'does not answer in 10 s, or answers 408': [['silence'], [refused(408)]],
  'ends the connection': [['hang-up']],
  'answers 5xx': [500, 502, 503, 504, 599].map(status => [refused(status)]),
  '401': [[refused(401)]],
  '403': [[refused(403)]],
  '404, 410': [[refused(404)], [refused(410)]],
  '409': [[refused(409)]],
  '409: the replayed secret was superseded': [[superseded]],
  '429, `Retry-After` of 1 to 10 s': [[refused(429, { 'retry-after': '2' })]],
  '429 otherwise': [
    [refused(429)],
    [refused(429, { 'retry-after': '11' })],
    [refused(429, { 'retry-after': 'Sat, 28 Nov 2026 12:00:00 GMT' })],
  ],
  'another 4xx': [400, 405, 413, 422, 425, 451].map(status => [refused(status)]),
  '3xx, no JSON, no secret in it': [
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    [{ status: 200, body: '<html>' }],
    [{ status: 200, body: { secret: '', signingSecret: '' } }],
  ],
  'shows the secret that it had before': [
    [{ status: 200, body: { secret: secretOf(storno, 0), signingSecret: secretOf(keyturn, 0) } }],
  ],
}

/** All codes of a call to the vendor. */
export const vendorCodes = {
  'vendor-unreachable': true,
  'vendor-timeout': true,
  'vendor-connection-lost': true,
  'vendor-error': true,
  'vendor-refused-credentials': true,
  'vendor-forbids': true,
  'vendor-endpoint-unknown': true,
  'vendor-conflict': true,
  'vendor-superseded': true,
  'vendor-rate-limited': true,
  'vendor-refused': true,
  'vendor-reply-malformed': true,
  'vendor-secret-unchanged': true,
  'vendor-secret-ignored': true,
} satisfies Record<VendorErrorCode, true>

/** All codes of the hook itself. */
export const hookCodes = {
  'bad-event': true,
  'rotation-off': true,
  'no-current-version': true,
  'not-pending': true,
  'lost-reply': true,
  'another-value': true,
  'nothing-stored': true,
  'current-moved': true,
  'no-credentials': true,
  'secret-malformed': true,
  'secret-with-whitespace': true,
  'secret-differs': true,
} satisfies Record<HookErrorCode, true>
