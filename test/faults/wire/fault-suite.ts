import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../local/closers'
import type { Places } from './agreement'
import { type FaultBed, runFaultBed } from './fault-bed'
import type { FaultRun } from './fault-runs'
import type { Scenario } from './scenario'

/**
 * Each call of a change to AWS is lost, or answered in vain, once; with the real bundle and the real SDK. Returns the
 * stage, for what comes after.
 */
export function faultSuite(scenarios: readonly Scenario[]): () => FaultBed {
  const closers = new Closers()
  let stage: FaultBed

  beforeAll(async () => {
    stage = await runFaultBed(scenarios, closers)
  })

  afterAll(() => closers.close())

  describe.each(scenarios)('$name', scenario => {
    const own = (): readonly FaultRun[] => stage.runs.filter(run => run.scenario === scenario)
    const changed = (key: string): boolean => stage.swept.get(key)?.changes.length === scenario.changes

    it('goes wrong once at every call that was recorded, in every way', () => {
      const calls = stage.recorded.get(scenario) ?? []
      expect(calls.length).toBeGreaterThanOrEqual(8)
      expect(own().filter(({ struck }) => !struck)).toEqual([])
      expect(own()).toHaveLength(calls.length * 3)
    })

    it('succeeds although a reply from AWS was lost, and knows its own change', () => {
      const lost = own().filter(({ kind }) => kind === 'its reply lost')
      const outcome = ({ reply }: FaultRun): unknown => [reply.status, reply.headers.get('idempotency-replayed')]
      expect(lost.map(run => [run.at, outcome(run)])).toEqual(lost.map(({ at }) => [at, [scenario.status, null]]))
    })

    it('is wholly done or not begun when the worker was killed', () => {
      const killed = own().filter(({ kind }) => kind !== 'its reply lost')
      expect(new Set(killed.map(({ reply }) => reply.status))).toEqual(new Set([502]))
      expect(new Set(killed.map(({ key }) => changed(key)))).toEqual(new Set([false, true]))
    })

    it('leaves what one sweep brings into agreement', () => {
      for (const { key } of own()) expectAgreement(key, stage.swept.get(key))
    })

    it('shows the same when it is repeated with the same Idempotency-Key, or happens then', () => {
      for (const { key, reply } of own()) {
        const [repeat, places] = [stage.repeats.get(key), stage.repeated.get(key)]
        if (repeat === undefined || places === undefined) throw new TypeError(`${key} was not repeated`)
        expect([key, repeat.status, scenario.shown(repeat)]).toEqual([key, scenario.status, places.shown])
        if (reply.status === scenario.status) expect([key, scenario.shown(reply)]).toEqual([key, places.shown])
        if (changed(key)) expect([key, places]).toEqual([key, stage.swept.get(key)])
        expect([key, places.changes.length]).toEqual([key, scenario.changes])
        expectAgreement(key, places)
      }
    })
  })

  it('made one endpoint a run, however often it was repeated', async () => {
    expect(await stage.endpoints()).toHaveLength(stage.runs.length + scenarios.length)
  })

  return () => stage
}

/** An endpoint that was never made has nothing that could disagree. */
function expectAgreement(key: string, places: Places | undefined): void {
  if (places === undefined) return
  const { ring, mirror, changes, audit, settled } = places
  expect([key, mirror]).toEqual([key, ring])
  expect([key, audit]).toEqual([key, changes])
  expect([key, settled]).toEqual([key, true])
}
