import { describe, expect, it } from '@jest/globals'
import { explain, type Explanation, type Finding } from '../../../src/explain'
import { NOON } from '../verify/secrets'
import { plantedFaults, timeFaults, writtenBy } from './planted-faults'
import { type Case, genuine, secretOf, senderNamed, senders } from './senders'

const payload = { type: 'ship.docked', data: { berth: 'Größe 3/4', price: 12.5, tags: ['é', '<b>'] }, at: 'noon' }

function explained({ request, secrets, options }: Case): readonly Finding[] {
  const explanation: Explanation = explain(request, secrets, options)
  return explanation.verified ? [] : explanation.findings
}

function sent(sender: (typeof senders)[number], writing: Parameters<typeof writtenBy>[0] = 'compact') {
  return genuine({ sender, secret: secretOf(sender), body: writtenBy(writing, payload) })
}

describe('a delivery of', () => {
  it.each(senders.map(sender => [sender.name, sender] as const))('%s verifies as it was sent', (_, sender) => {
    const { request, secrets, options } = sent(sender)
    expect(explain(request, secrets, options)).toEqual({ verified: true, signedBy: 'the secret', notes: [] })
  })
})

/** One of each kind of scheme: lists, single signatures, two headers, a URL, a signature in the body. */
const kinds = [
  'keyturn',
  'tumban',
  'storno',
  'featurebase',
  'a timestamped list',
  'lanternkey',
  'northlight',
  'moorgate',
]
const chosen = kinds.map(senderNamed)

describe('what is wrong is named:', () => {
  it.each(plantedFaults.map(fault => [fault.name, fault.code, fault] as const))('%s, as %s', (_name, code, fault) => {
    const at = plantedFaults.indexOf(fault)
    const turned = [...chosen.slice(at % chosen.length), ...chosen.slice(0, at % chosen.length)]
    const cases = turned.flatMap(sender => {
      const planted = fault.plant(sent(sender, fault.writing))
      return planted === null
        ? []
        : [{ sender: sender.name, find: () => explained(planted).map(finding => finding.code) }]
    })
    const some = cases.slice(0, 3)
    expect(some.filter(({ find }) => !find().includes(code))).toEqual([])
    expect(some).not.toEqual([])
  })

  it('a hundred faults and more', () => {
    expect(plantedFaults.length).toBeGreaterThanOrEqual(100)
  })

  const timed = chosen.filter(({ scheme }) => scheme.timestamp.length > 0 || scheme.signature.form === 'timestamped')

  it.each(timeFaults.flatMap(fault => timed.map(sender => [fault.name, sender.name, fault, sender] as const)))(
    '%s, at %s, with its size',
    (_name, _sender, { code, ageSeconds, says }, sender) => {
      const at = new Date(NOON.getTime() - ageSeconds * 1000)
      const findings = explained(genuine({ sender, secret: secretOf(sender), body: writtenBy('compact', payload), at }))
      expect(findings).toEqual([expect.objectContaining({ code, certainty: 'proven' })])
      expect(findings[0]?.message).toMatch(says)
    },
  )
})
