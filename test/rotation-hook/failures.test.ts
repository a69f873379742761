import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import { storno } from '../../src/contracts/storno'
import { httpVendor } from '../../src/rotation-hook/http-vendor'
import { rotationHook } from '../../src/rotation-hook/rotation-hook'
import { Secret } from '../../src/rotation/secret'
import { closeAfterEach } from '../aws/close-after-each'
import { event, modelDeps, modelSecret, secretOf, token } from './model'
import type { Logged } from './model'
import { startScriptedVendor, type Turn } from './scripted-vendor'

const closing = closeAfterEach()

interface Outcome {
  /** The code that the step failed with; null: it is done. */
  readonly code: string | null
  readonly calls: number
  readonly slept: readonly number[]
  readonly intent: 'kept' | 'none'
  readonly logged: readonly Logged[]
  readonly stored: string | null
}

/** One createSecret at a vendor that does this with each call. */
async function createSecretAt(contract: Contract, turns: readonly Turn[] | 'nowhere'): Promise<Outcome> {
  const own = modelSecret(secretOf(contract, 0))
  own.begin(token)
  const server = closing(await startScriptedVendor(turns === 'nowhere' ? [] : turns))
  if (turns === 'nowhere') await server.stop()
  const logged: Logged[] = []
  const slept: number[] = []
  const connection = {
    contract,
    baseUrl: server.url,
    endpointId: 'endpoint-1',
    tenantId: 'tenant-1',
    overlapSeconds: null,
  }
  const credential = async (): Promise<Secret> => new Secret('the-credential')
  const vendor = httpVendor({ ...connection, credential, timeoutMs: 150, now: () => new Date() })
  const code = await rotationHook(modelDeps({ contract, own, vendor, logged, slept }))(event('createSecret')).then(
    () => null,
    (error: { readonly code: string }) => error.code,
  )
  const intent = Object.keys(own.tags).length === 0 ? 'none' : 'kept'
  const stored = own.versions.get(token)?.text ?? null
  return { code, calls: server.received.length, slept, intent, logged, stored }
}

const refused = (status: number, headers = {}): Turn => ({ status, headers, body: { error: 'no' } })
const superseded: Turn = { status: 409, body: { code: 'rotation-superseded' } }
const newSecret: Turn = { status: 200, body: { secret: secretOf(storno, 7) } }
const keyturnSecret: Turn = { status: 200, body: { signingSecret: secretOf(keyturn, 7) } }

/** The rows of the consumer guide's table, for a vendor that does not promise to replay. */
describe.each<[string, readonly Turn[] | 'nowhere', Pick<Outcome, 'code' | 'calls' | 'slept' | 'intent'>]>([
  ['that cannot be reached', 'nowhere', { code: 'vendor-unreachable', calls: 0, slept: [500, 1000], intent: 'none' }],
  ['that does not answer in time', ['silence'], { code: 'vendor-timeout', calls: 1, slept: [], intent: 'kept' }],
  ['that hangs up', ['hang-up'], { code: 'vendor-connection-lost', calls: 1, slept: [], intent: 'kept' }],
  ['that answers 500', [refused(500)], { code: 'vendor-error', calls: 1, slept: [], intent: 'kept' }],
  ['that answers 503', [refused(503)], { code: 'vendor-error', calls: 1, slept: [], intent: 'kept' }],
  ['that answers 401', [refused(401)], { code: 'vendor-refused-credentials', calls: 1, slept: [], intent: 'none' }],
  ['that answers 403', [refused(403)], { code: 'vendor-forbids', calls: 1, slept: [], intent: 'none' }],
  ['that answers 404', [refused(404)], { code: 'vendor-endpoint-unknown', calls: 1, slept: [], intent: 'none' }],
  ['that answers 409', [refused(409)], { code: 'vendor-conflict', calls: 1, slept: [], intent: 'none' }],
  ['that answers 400', [refused(400)], { code: 'vendor-refused', calls: 1, slept: [], intent: 'none' }],
  ['that answers 429', [refused(429)], { code: 'vendor-rate-limited', calls: 1, slept: [], intent: 'none' }],
  [
    'that answers 429 and to wait for long',
    [refused(429, { 'retry-after': '3600' })],
    { code: 'vendor-rate-limited', calls: 1, slept: [], intent: 'none' },
  ],
  [
    'that answers 429 and to wait for 2 seconds',
    [refused(429, { 'retry-after': '2' }), newSecret],
    { code: null, calls: 2, slept: [2000], intent: 'kept' },
  ],
  [
    'that answers 302',
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    { code: 'vendor-reply-malformed', calls: 1, slept: [], intent: 'kept' },
  ],
  [
    'whose reply is not JSON',
    [{ status: 200, body: '<html>' }],
    { code: 'vendor-reply-malformed', calls: 1, slept: [], intent: 'kept' },
  ],
  [
    'whose reply has no secret',
    [{ status: 200, body: { secret: '' } }],
    { code: 'vendor-reply-malformed', calls: 1, slept: [], intent: 'kept' },
  ],
])('a vendor %s', (_what, turns, expected) => {
  it('is called again only where that is safe, and leaves an intent where it may have made a secret', async () => {
    const { code, calls, slept, intent, logged, stored } = await createSecretAt(storno, turns)
    expect({ code, calls, slept, intent }).toEqual(expected)
    expect(stored === null).toBe(code !== null)
    if (code === null) return
    expect(logged.at(-1)).toMatchObject({ level: 'error', fields: { step: 'createSecret', version: token, code } })
    expect(logged.filter(({ message }) => message === 'calling the vendor failed').length).toBe(
      Math.max(calls, 1 + slept.length),
    )
  })
})

describe('a vendor that promises to replay', () => {
  it.each<[string, Turn]>([
    ['does not answer in time', 'silence'],
    ['hangs up', 'hang-up'],
    ['answers 503', refused(503)],
  ])('is asked again within the step, under the same key, when it %s', async (_what, turn) => {
    const { code, calls, slept, intent } = await createSecretAt(keyturn, [turn, turn, keyturnSecret])
    expect({ code, calls, slept, intent }).toEqual({ code: null, calls: 3, slept: [500, 1000], intent: 'none' })
  })

  it('is given up after three calls', async () => {
    const { code, calls } = await createSecretAt(keyturn, [refused(503)])
    expect({ code, calls }).toEqual({ code: 'vendor-error', calls: 3 })
  })

  it('makes another secret once the one that is replayed was superseded', async () => {
    const { code, calls, stored } = await createSecretAt(keyturn, [superseded, keyturnSecret])
    expect({ code, calls }).toEqual({ code: null, calls: 2 })
    expect(stored).toContain(secretOf(keyturn, 7))
  })

  it('is not asked again for another 409', async () => {
    const { code, calls } = await createSecretAt(keyturn, [{ status: 409, body: { code: 'too-many-live-keys' } }])
    expect({ code, calls }).toEqual({ code: 'vendor-conflict', calls: 1 })
  })
})

describe('the log', () => {
  it('says how long the vendor wants to be left alone, and nothing that is secret', async () => {
    const { logged } = await createSecretAt(storno, [refused(429, { 'retry-after': '3600' })])
    expect(logged[0]?.fields).toEqual({
      contract: 'storno',
      code: 'vendor-rate-limited',
      call: 1,
      status: 429,
      retryAfterSeconds: 3600,
    })
    const done = await createSecretAt(storno, [newSecret])
    const text = JSON.stringify([...logged, ...done.logged])
    for (const hidden of ['rotation-token', 'the-credential', secretOf(storno, 7), secretOf(storno, 0)]) {
      expect(text).not.toContain(hidden)
    }
  })
})
