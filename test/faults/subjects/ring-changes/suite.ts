import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../../local/closers'
import { strikes } from '../../strikes'
import { type Places, storedEndpoints } from './agreement'
import { type PlannedChanges, strikeChanges, type StruckChange, type StruckChanges } from './struck-changes'
import type { StruckPromotion } from './struck-promotions'

/**
 * Each call of a change to AWS is lost, or answered in vain, once; with the real bundle and the real SDK. Returns what
 * all that left behind, for tests that come after.
 */
export function describeStruckChanges(planned: PlannedChanges): () => StruckChanges {
  const { changes, promotionStrikes } = planned
  const closers = new Closers()
  let all: StruckChanges

  beforeAll(async () => {
    all = await strikeChanges(planned, closers)
  })

  afterAll(() => closers.close())

  describe.each(changes)('$name', change => {
    const own = (): readonly StruckChange[] => all.struck.filter(each => each.change === change)
    const sweptOf = ({ request }: StruckChange): Places | undefined => all.swept.get(request.endpointId)
    const happened = (each: StruckChange): boolean => sweptOf(each)?.changes.length === change.changes

    it('goes wrong once at every call that was recorded, in every way', () => {
      const calls = all.recorded.get(change) ?? []
      expect(calls.length).toBeGreaterThanOrEqual(8)
      expect(own().filter(({ struck }) => !struck)).toEqual([])
      expect(own()).toHaveLength(calls.length * 3)
    })

    it('succeeds although a reply from AWS was lost, and knows its own change', () => {
      const lost = own().filter(({ strike }) => strike === 'reply-lost')
      const outcome = ({ reply }: StruckChange): unknown => [reply.status, reply.headers.get('idempotency-replayed')]
      expect(lost.map(each => [each.at, outcome(each)])).toEqual(lost.map(({ at }) => [at, [change.status, null]]))
    })

    it('is wholly done or not begun when the worker was killed', () => {
      const killed = own().filter(({ strike }) => strike !== 'reply-lost')
      expect(new Set(killed.map(({ reply }) => reply.status))).toEqual(new Set([502]))
      expect(new Set(killed.map(happened))).toEqual(new Set([false, true]))
    })

    it('leaves what one sweep brings into agreement', () => {
      for (const each of own()) expectAgreement(each.key, sweptOf(each))
    })

    it('shows the same when it is repeated with the same Idempotency-Key, or happens then', () => {
      for (const each of own()) {
        const { key, reply, request } = each
        const [repeat, places] = [all.repeats.get(key), all.repeated.get(request.endpointId)]
        if (repeat === undefined || places === undefined) throw new TypeError(`${key} was not repeated`)
        expect([key, repeat.status, change.shown(repeat)]).toEqual([key, change.status, places.shown])
        if (reply.status === change.status) expect([key, change.shown(reply)]).toEqual([key, places.shown])
        if (happened(each)) expect([key, places]).toEqual([key, sweptOf(each)])
        expect([key, places.changes.length]).toEqual([key, change.changes])
        expectAgreement(key, places)
      }
    })

    it('loses no key that receivers verify with', () => {
      for (const { key, request } of own()) {
        const verifying = all.repeated.get(request.endpointId)?.verifying
        expect([key, verifying]).toEqual([key, expect.arrayContaining([...(request.keeps ?? [])])])
      }
    })
  })

  describe.each(promotionStrikes)('a promotion by the sweep, %s', strike => {
    const own = (): readonly StruckPromotion[] => all.promotions.filter(each => each.strike === strike)
    const changesOf = (places: Places | undefined): readonly string[] =>
      (places?.changes ?? []).map(text => text.split(' ')[0] ?? '')

    it('is struck once at every call that it makes', () => {
      const [whole, ...others] = own()
      expect(whole?.calls.length).toBeGreaterThanOrEqual(8)
      expect(others.map(({ at, struck }) => [at, struck])).toEqual(whole?.calls.map(at => [at, true]))
      expect(own().map(({ failed }) => failed)).toEqual([false, ...others.map(() => strikes[strike].killsCaller)])
    })

    it('has happened once, or happens in a later sweep, and loses no key', () => {
      for (const { at, endpointId, keyId, keeps } of own()) {
        const places = all.repeated.get(endpointId)
        expect([at, changesOf(places)]).toEqual([at, ['promote', 'publish', 'create']])
        expect([at, places?.shown, places?.verifying]).toEqual([at, keyId, keeps.toReversed()])
        expectAgreement(`${at}`, places)
      }
    })

    it('is left alone by the sweeps after it', () => {
      for (const { at, endpointId } of own()) {
        expect([at, all.repeated.get(endpointId)]).toEqual([at, all.swept.get(endpointId)])
      }
    })
  })

  it('made one endpoint a run, however often it was repeated', async () => {
    expect(await storedEndpoints(all)).toHaveLength(all.struck.length + changes.length + all.promotions.length)
  })

  return () => all
}

/** An endpoint that was never made has nothing that could disagree. */
function expectAgreement(key: string, places: Places | undefined): void {
  if (places === undefined) return
  const { ring, mirror, changes, audit, events, settled, isUnambiguous } = places
  expect([key, mirror]).toEqual([key, ring])
  expect([key, audit]).toEqual([key, changes])
  expect([key, events.toSorted()]).toEqual([key, changes.toSorted()])
  expect([key, isUnambiguous]).toEqual([key, true])
  expect([key, settled]).toEqual([key, true])
}
