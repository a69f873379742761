import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { Secret } from '../../../src/core/secret'
import { defaultLostReplyRule } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { httpVendor } from '../../../src/rotation-hook/vendor'
import { closeAfterEach } from '../aws/close-after-each'
import { ferrypost } from '../contracts/made-up/ferrypost'
import { hookCodes, refused, superseded, type VendorCase, vendorCases, vendorCodes } from './failure-cases'
import { givingFailureCodes, hookFailureCodes, vendorFailureRows } from './failure-table'
import { event, type Logged, modelDeps, modelSecret, secretOf, token } from './model'
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
async function createSecretAt(
  contract: Contract,
  turns: VendorCase,
  lostReply = defaultLostReplyRule(contract),
): Promise<Outcome> {
  const rotatedSecret = modelSecret(secretOf(contract, 0))
  rotatedSecret.begin(token)
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
  const timeoutMs = turns.includes('silence') ? 1000 : 10_000
  const vendor = httpVendor({ ...connection, credential, timeoutMs, now: () => new Date() })
  const deps = { ...modelDeps({ contract, rotatedSecret, vendor, logged, slept }), lostReply }
  const code = await rotationHook(deps)(event('createSecret')).then(
    () => null,
    (error: { readonly code: string }) => error.code,
  )
  const intent = Object.keys(rotatedSecret.tags).length === 0 ? 'none' : 'kept'
  const stored = rotatedSecret.versions.get(token)?.text ?? null
  return { code, calls: server.received.length, slept, intent, logged, stored }
}

/** The codes of the calls that failed, in order. */
function codesLogged({ logged }: Outcome): readonly unknown[] {
  return logged.filter(({ message }) => message === 'calling the vendor failed').map(({ fields }) => fields['code'])
}

const newSecret: Turn = { status: 200, body: { secret: secretOf(storno, 7) } }
const keyturnSecret: Turn = { status: 200, body: { signingSecret: secretOf(keyturn, 7) } }

const twice = [500, 1000]
/** The pauses before further calls, by the word for them: at a vendor that replays, and at any other. */
const pauses: Readonly<Record<string, Readonly<Record<'replays' | 'else', readonly number[]>>>> = {
  no: { replays: [], else: [] },
  'after 0.5 and 1 s': { replays: twice, else: twice },
  'only if it replays': { replays: twice, else: [] },
  'after that time': { replays: [2000, 2000], else: [2000, 2000] },
}

describe('the table of the consumer guide', () => {
  it('has a case here for each of its rows, and no other', () => {
    expect(
      vendorFailureRows()
        .map(({ vendor }) => vendor)
        .sort(),
    ).toEqual(Object.keys(vendorCases).sort())
  })

  it('has a row for every code', () => {
    const codes = [...vendorFailureRows().map(({ code }) => code), ...givingFailureCodes()]
    expect(new Set(codes)).toEqual(new Set(Object.keys(vendorCodes)))
    expect(new Set(hookFailureCodes())).toEqual(new Set(Object.keys(hookCodes)))
  })
})

const rows = vendorFailureRows().filter(({ again }) => again !== 'as a lost reply')

describe.each(rows)('a vendor with the row: $vendor', ({ vendor, code, again, intent }) => {
  it.each<Contract>([storno, keyturn])('is treated as its row says, at $name', async contract => {
    const slept = pauses[again]?.[contract.vendorReplays ? 'replays' : 'else']
    for (const turns of vendorCases[vendor] ?? []) {
      const outcome = await createSecretAt(contract, turns)
      expect(outcome).toMatchObject({ code, slept, stored: null })
      expect(outcome.calls).toBe(turns === 'nowhere' ? 0 : outcome.slept.length + 1)
      expect(outcome.intent).toBe(intent === 'kept' && !contract.vendorReplays ? 'kept' : 'none')
      expect(codesLogged(outcome)).toEqual(Array(outcome.slept.length + 1).fill(code))
      expect(outcome.logged.at(-1)).toMatchObject({ level: 'error', fields: { step: 'createSecret', code } })
    }
  })
})

describe('a vendor that wants to be left alone for 2 seconds', () => {
  it('is called again after them', async () => {
    const { code, calls, slept } = await createSecretAt(storno, [refused(429, { 'retry-after': '2' }), newSecret])
    expect({ code, calls, slept }).toEqual({ code: null, calls: 2, slept: [2000] })
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

  it('makes another secret once the one that is replayed was superseded', async () => {
    const outcome = await createSecretAt(keyturn, [superseded, keyturnSecret])
    expect(outcome).toMatchObject({ code: null, calls: 2, intent: 'none' })
    expect(outcome.stored).toContain(secretOf(keyturn, 7))
    expect(codesLogged(outcome)).toEqual(['vendor-superseded'])
  })

  it('is left alone once the one that is replayed was superseded, where the rule is to stop', async () => {
    const outcome = await createSecretAt(keyturn, [superseded, keyturnSecret], 'stop-and-alarm')
    expect(outcome).toMatchObject({ code: 'lost-reply', calls: 1, intent: 'kept', stored: null })
    expect(codesLogged(outcome)).toEqual(['vendor-superseded'])
  })

  it('is not asked again for another 409', async () => {
    const { code, calls } = await createSecretAt(keyturn, [{ status: 409, body: { code: 'too-many-live-keys' } }])
    expect({ code, calls }).toEqual({ code: 'vendor-conflict', calls: 1 })
  })

  it('is not taken to say in Keyturn’s word what its own words for any other error do not', async () => {
    const errors = { ...keyturn.errors, other: { code: 'x', title: 'X', detail: 'X.' } }
    const { code, calls } = await createSecretAt({ ...keyturn, errors }, [superseded])
    expect({ code, calls }).toEqual({ code: 'vendor-conflict', calls: 1 })
  })
})

describe('a vendor that shows a new secret on a GET of its own', () => {
  it.each<[string, Turn]>([
    ['refuses that', refused(429, { 'retry-after': '1' })],
    ['is gone by then', 'hang-up'],
    ['forbids that', refused(403)],
  ])('is not made to rotate once more when it %s', async (_what, turn) => {
    const { calls, slept, intent, stored } = await createSecretAt(ferrypost, [{ status: 204 }, turn])
    expect({ calls, slept, intent, stored }).toEqual({ calls: 2, slept: [], intent: 'kept', stored: null })
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
