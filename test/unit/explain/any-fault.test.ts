import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import { explain } from '../../../src/explain'
import { entriesOf } from '../../../src/explain/header-faults'
import { newText } from '../../../src/contracts/secret-text'
import { NOON } from '../verify/secrets'
import { type PlantedFault, plantedFaults, timeFaults, type Writing, writtenBy } from './planted-faults'
import { type Case, type Genuine, genuine, secretOf, type Sender, senderNamed, senders } from './senders'

// Random bodies, secrets and senders.

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }).filter(text => text.isWellFormed()),
  fc.constantFrom('Zürich', 'naïve café', 'a/b', '<p>', 'it’s', '10 €', 'line\nbreak', '100%', 'a+b c'),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const member = fc.oneof(
  value,
  fc.array(value, { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 6 }), value, { maxKeys: 2 }),
)
const name = fc.stringMatching(/^[a-zA-Z_]{1,10}$/)
const payload = fc
  .uniqueArray(fc.tuple(name, member), { minLength: 2, maxLength: 5, selector: ([each]) => each })
  .map(entries => Object.fromEntries(entries))

/** What a delivery is made of; a counterexample shows no more. */
interface Made {
  readonly from: string
  readonly seed: string
  readonly body: object
}

function made(from: readonly Sender[]): fc.Arbitrary<Made> {
  return fc.record({ from: fc.constantFrom(...from.map(sender => sender.name)), seed: fc.string(), body: payload })
}

function delivered({ from, seed, body }: Made, writing: Writing): Genuine {
  const sender = senderNamed(from)
  return genuine({ sender, secret: randomSecret(sender, seed), body: writtenBy(writing, body) })
}

function randomSecret({ form }: Sender, seed: string): string {
  return newText(form, count => {
    const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, at) =>
      createHash('sha256').update(`${seed} ${at}`),
    )
    return Buffer.concat(blocks.map(block => block.digest())).subarray(0, count)
  })
}

const sample = { type: 'ship.docked', data: { berth: 'Größe 3/4', tags: ['é', '<b>'] }, at: 'noon' }

/** Where the fault can be planted. */
function sendersOf({ plant, writing = 'compact' }: PlantedFault): readonly Sender[] {
  return senders.filter(
    sender => plant(genuine({ sender, secret: secretOf(sender), body: writtenBy(writing, sample) })) !== null,
  )
}

/** Nothing of this may be shown: every secret, every signature, and what the body says. */
function canariesOf({ secret, headers, body }: Genuine, { secrets, request }: Case): readonly string[] {
  const arrived = entriesOf(request.headers).map(([, value]) => value)
  const signatures = [...Object.values(headers), ...arrived]
  const runs = [...signatures, secret, ...secrets.map(key => key.secret)].flatMap(
    text => text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? [],
  )
  const texts = body.toString('utf8').match(/[\p{L}\p{N}]{12,}/gu) ?? []
  return [secret, ...secrets.map(key => key.secret), ...runs, ...texts].filter(text => text.trim().length >= 8)
}

describe('of random bodies and secrets', () => {
  it('what was sent verifies, and nothing is found', () => {
    const writings = fc.constantFrom<Writing>('compact', 'indented', 'spaced', 'ascii', 'slashes')
    fc.assert(
      fc.property(writings, made(senders), (writing, each) => {
        const { request, secrets, options } = delivered(each, writing)
        expect(explain(request, secrets, options)).toEqual({ verified: true, signedBy: 'the secret', notes: [] })
      }),
      { numRuns: 300 },
    )
  })

  it.each(plantedFaults.map(fault => [fault.name, fault.code, fault] as const))(
    '%s is named %s, and no canary is shown',
    (_name, code, fault) => {
      fc.assert(
        fc.property(made(sendersOf(fault)), each => {
          const delivery = delivered(each, fault.writing ?? 'compact')
          const planted = fault.plant(delivery)
          fc.pre(planted !== null)
          const explanation = explain(planted.request, planted.secrets, planted.options)
          const codes = explanation.verified ? ['verified'] : explanation.findings.map(finding => finding.code)
          expect(codes).toContain(code)
          const shown = JSON.stringify(explanation)
          expect(canariesOf(delivery, planted).filter(canary => shown.includes(canary))).toEqual([])
        }),
        { numRuns: 3 },
      )
    },
  )

  it('whatever arrives is explained, without a throw and without a canary', () => {
    const names = senders.flatMap(({ scheme }) => [scheme.id, scheme.timestamp, scheme.tenant, scheme.signature.header])
    const header = fc.tuple(fc.constantFrom(...names.flat(), 'content-length', 'host'), fc.string({ unit: 'binary' }))
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: 'binary' }), fc.json())
    const garbage = fc.string({ unit: 'binary', minLength: 10 })
    fc.assert(
      fc.property(made(senders), fc.array(header), bodies, fc.array(garbage), (each, headers, body, secrets) => {
        const { options } = delivered(each, 'compact')
        const explanation = explain({ headers, body }, secrets, options)
        expect(explanation).toMatchObject({ verified: false, findings: expect.arrayContaining([expect.anything()]) })
        const shown = JSON.stringify(explanation)
        expect(secrets.filter(secret => shown.includes(secret))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('a time that is off is named with its size, and nothing else', () => {
    const timed = senders.filter(({ scheme }) => scheme.timestamp.length > 0)
    fc.assert(
      fc.property(fc.constantFrom(...timeFaults), fc.constantFrom(...timed), payload, (fault, sender, body) => {
        const at = new Date(NOON.getTime() - fault.ageSeconds * 1000)
        const { request, secrets, options } = genuine({
          sender,
          secret: secretOf(sender),
          body: JSON.stringify(body),
          at,
        })
        const explanation = explain(request, secrets, options)
        expect(explanation).toMatchObject({ verified: false, findings: [{ code: fault.code, certainty: 'proven' }] })
      }),
      { numRuns: 60 },
    )
  })
})
