import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { Webhook as StandardWebhook, WebhookVerificationError as StandardError } from 'standardwebhooks'
import { Webhook as SvixWebhook, WebhookVerificationError as SvixError } from 'svix'
import { sign, verify } from '../../../src/verify'
import { codeOf } from './code-of'
import { FOREIGN, NEW, OLD, whsec } from './secrets'

type Headers = Record<string, string>

interface Delivery {
  readonly body: string
  readonly headers: Headers
}

type Mutation = (delivery: Delivery) => Delivery

const BODY = '{"type":"invoice.paid","name":"Zoë 🦊"}'
const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature']

/**
 * Where the libraries accept what must be refused: they read a timestamp with parseInt and sign the number they got.
 * Digits after zeros are such a timestamp. (We also stop at 16 signatures; that many are not generated here.)
 */
function isTheirFault({ headers }: Delivery): boolean {
  return !/^[1-9][0-9]*$/.test(timestampOf(headers))
}

function timestampOf(headers: Headers): string {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'webhook-timestamp')?.[1] ?? ''
}

function refusedBy(Library: typeof StandardWebhook | typeof SvixWebhook, { body, headers }: Delivery): boolean {
  try {
    new Library(OLD).verify(body, headers)
    return false
  } catch (error) {
    if (error instanceof StandardError || error instanceof SvixError) return true
    if (error instanceof SyntaxError) return false // verified; only then do they parse the body
    throw error
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(' ', ',', '=', 'v1', 'v1,', 'v1, v1,', '.', '0'),
)
const place = fc.nat({ max: 200 })

/** Other text in place of some characters of `value`: inserted, removed, replaced. */
function spliced(value: string, at: number, removed: number, inserted: string): string {
  const start = at % (value.length + 1)
  return value.slice(0, start) + inserted + value.slice(start + removed)
}

const splice = fc.tuple(place, fc.nat({ max: 3 }), text)

const inBody: fc.Arbitrary<Mutation> = splice.map(([at, removed, inserted]) => delivery => {
  return { ...delivery, body: spliced(delivery.body, at, removed, inserted) }
})

const inHeader: fc.Arbitrary<Mutation> = fc
  .tuple(fc.constantFrom(...NAMES), splice)
  .map(([name, [at, removed, inserted]]) => {
    return ({ body, headers }) => ({
      body,
      headers: { ...headers, [name]: spliced(headers[name] ?? '', at, removed, inserted) },
    })
  })

const ofName: fc.Arbitrary<Mutation> = fc.tuple(fc.constantFrom(...NAMES), fc.boolean()).map(([name, dropped]) => {
  return ({ body, headers: { [name]: value = '', ...others } }) => {
    return { body, headers: dropped ? others : { ...others, [name.toUpperCase()]: value } }
  }
})

const ofSignatures: fc.Arbitrary<Mutation> = fc
  .tuple(fc.constantFrom('v1', 'v1a', 'v2', 'V1', ''), fc.constantFrom(' ', '  ', ', ', ',', '\t'), fc.boolean())
  .map(([version, separator, reversed]) => ({ body, headers }) => {
    const parts = (headers['webhook-signature'] ?? '').replaceAll('v1,', `${version},`).split(' ')
    return {
      body,
      headers: { ...headers, 'webhook-signature': (reversed ? parts.toReversed() : parts).join(separator) },
    }
  })

const mutations = fc.array(fc.oneof(inBody, inHeader, ofName, ofSignatures), { maxLength: 2 })
const signers = fc.constantFrom([OLD], [NEW, OLD], [FOREIGN, OLD, NEW], [FOREIGN])

describe.each([
  ['standardwebhooks', StandardWebhook],
  ['svix', SvixWebhook],
])('a mutated delivery, by %s and by us', (_name, Library) => {
  it('is refused by both or by neither', () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(signers, mutations, (secrets, changes) => {
        const genuine = { body: BODY, headers: sign(BODY, secrets, { id: 'msg_1' }) }
        const delivery = changes.reduce((mutated, change) => change(mutated), genuine)
        const refused = codeOf(() => verify(delivery.body, delivery.headers, [OLD])) !== undefined
        if (isTheirFault(delivery)) expect(refused).toBe(true)
        else expect(refused).toBe(refusedBy(Library, delivery))
        seen[refused ? 'refused' : 'accepted'] += 1
      }),
      { numRuns: 2000 },
    )
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100)
  })
})

describe('faults of the libraries that we do not share', () => {
  const seconds = Math.floor(Date.now() / 1000)
  const signed = sign('{"a":1}', [OLD], { id: 'msg_1', now: new Date(seconds * 1000) })
  const body = '{"a":1}'

  it.each([`${seconds}abc`, ` ${seconds}`, `+${seconds}`, `0${seconds}`, `${seconds}.9`])(
    'a timestamp like %j',
    timestamp => {
      const delivery = { body, headers: { ...signed, 'webhook-timestamp': timestamp } }
      expect([StandardWebhook, SvixWebhook].map(Library => refusedBy(Library, delivery))).toEqual([false, false])
      expect(codeOf(() => verify(body, delivery.headers, [OLD]))).toBeDefined()
    },
  )

  it('bytes that are not UTF-8 count as the same', () => {
    const headers = sign('"\ufffd"', [OLD], { id: 'msg_1' })
    const bytes = Buffer.from([0x22, 0xff, 0x22])
    expect(new StandardWebhook(OLD).verify(bytes, headers)).toBe('\ufffd')
    expect(codeOf(() => verify(bytes, headers, [OLD]))).toBe('no-matching-signature')
  })

  it('a secret of nothing but its prefix is a key that everybody knows', () => {
    const now = new Date()
    const signature = new SvixWebhook('whsec_').sign('msg_1', now, body)
    const headers = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
      'svix-signature': signature,
    }
    expect(new SvixWebhook('whsec_').verify(body, headers)).toEqual({ a: 1 })
    expect(codeOf(() => verify(body, headers, ['whsec_']))).toBe('empty-secret')
  })

  it('any number of signatures is looked at', () => {
    const many = [...Array.from({ length: 16 }, (_, n) => whsec(100 + n)), OLD]
    const headers = sign(body, many, { id: 'msg_1' })
    expect(new StandardWebhook(OLD).verify(body, headers)).toEqual({ a: 1 })
    expect(codeOf(() => verify(body, headers, [OLD]))).toBe('no-matching-signature')
  })
})
