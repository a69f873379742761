import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../../local/closers'
import { neverDelivered } from '../../../../src/delivery/health'
import { type CalledReply, memberAt } from '../../../support/api-caller'
import { type Strike, strikes } from '../../strikes'
import type { SentEvent } from '../ring-changes/bed'
import { type ReceiverKind, startProbeBed } from './bed'
import { type StruckProbe, strikeProbes } from './struck-probes'

/** A slot ends by itself this many milliseconds after its process was killed, at the latest: patience and margin. */
const longestHeldMs = 41_000

/** Each call of a probe to AWS is lost, or answered in vain, once; with the real bundle and the real SDK. */
export function describeStruckProbes(kind: ReceiverKind, ways: readonly Strike[]): void {
  const closers = new Closers()
  let all: readonly StruckProbe[]
  let events: readonly SentEvent[]
  let endedAt: Date

  beforeAll(async () => {
    const bed = await startProbeBed(closers)
    all = await strikeProbes(bed, kind, ways)
    events = await bed.events()
    endedAt = new Date()
  })

  afterAll(() => closers.close())

  const said = ({ status, json }: CalledReply): unknown => [status, memberAt(json, 'adoption'), memberAt(json, 'keyId')]

  describe.each(ways)(`a probe that says ${kind}, %s`, strike => {
    const own = (): readonly StruckProbe[] => all.filter(each => each.strike === strike)
    const killed = ({ at }: StruckProbe): boolean => at !== null && strikes[strike].killsCaller

    it('is struck once at every call that it makes', () => {
      const [whole, ...others] = own()
      expect(whole?.calls.length).toBeGreaterThanOrEqual(10)
      expect(others.map(({ at, struck }) => [at, struck])).toEqual(whole?.calls.map(at => [at, true]))
    })

    it('answers although a reply from AWS was lost, and when it is repeated', () => {
      for (const each of own()) {
        const { at, probed, reply, repeat } = each
        const wanted = [200, kind, probed.keyId]
        expect([at, said(reply)]).toEqual([at, killed(each) ? [502, undefined, undefined] : wanted])
        expect([at, said(repeat)]).toEqual([at, wanted])
      }
    })

    it('counts towards nothing, pauses nothing, and changes nothing of the endpoint', () => {
      for (const { at, left, leftByRepeat } of own()) {
        const { endpoint, health, others, deliveries } = leftByRepeat
        expect([at, health, others, deliveries]).toEqual([at, neverDelivered, 0, 0])
        expect([at, endpoint]).toEqual([at, left.endpoint])
        expect([at, endpoint?.revision, endpoint?.changes.length]).toEqual([at, endpoint?.changes[0].revision, 1])
      }
    })

    it('gives its slot back, or leaves one that ends by itself', () => {
      for (const each of own()) {
        const { at, left, leftByRepeat } = each
        expect([at, left.held.length <= (killed(each) ? 1 : 0)]).toEqual([at, true])
        expect([at, leftByRepeat.held]).toEqual([at, left.held])
        const late = left.held.filter(end => end.getTime() > endedAt.getTime() + longestHeldMs)
        expect([at, late]).toEqual([at, []])
      }
    })

    it('lists what it sent, and keeps what it proves', () => {
      for (const { at, probed, left, leftByRepeat } of own()) {
        expect([at, leftByRepeat.adoptions]).toEqual([at, [`${probed.keyId} ${kind}`]])
        expect([at, leftByRepeat.probes]).toEqual([at, left.probes + 2])
      }
    })

    it('tells the bus what is not adopted', () => {
      for (const { at, probed } of own()) {
        const types = events.filter(({ endpointId }) => endpointId === probed.endpointId).map(({ type }) => type)
        const told = types.includes('secret.proof-failed')
        expect([at, told]).toEqual([at, kind !== 'adopted'])
      }
    })
  })
}
