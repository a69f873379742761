import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../../local/closers'
import { type Places, storedEndpoints } from './agreement'
import type { RingChange } from './changes'
import { strikeChanges, type StruckChange, type StruckChanges } from './struck-changes'

/**
 * Each call of a change to AWS is lost, or answered in vain, once; with the real bundle and the real SDK. Returns what
 * all that left behind, for tests that come after.
 */
export function describeStruckChanges(changes: readonly RingChange[]): () => StruckChanges {
  const closers = new Closers()
  let all: StruckChanges

  beforeAll(async () => {
    all = await strikeChanges(changes, closers)
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
  })

  it('made one endpoint a run, however often it was repeated', async () => {
    expect(await storedEndpoints(all)).toHaveLength(all.struck.length + changes.length)
  })

  return () => all
}

/** An endpoint that was never made has nothing that could disagree. */
function expectAgreement(key: string, places: Places | undefined): void {
  if (places === undefined) return
  const { ring, mirror, changes, audit, settled } = places
  expect([key, mirror]).toEqual([key, ring])
  expect([key, audit]).toEqual([key, changes])
  expect([key, settled]).toEqual([key, true])
}
