import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../../local/closers'
import { killEverywhere, type KillPoint, killPoints, type Kills } from './kills'
import { brokenRules } from './outcome'
import type { Scenario } from './scenarios'

/** Whatever a process was doing when it was killed, the event arrives: under one message id, at most once more. */
export function describeKills(scenarios: readonly Scenario[]): void {
  const closers = new Closers()
  let kills: Kills
  beforeAll(async () => {
    kills = await killEverywhere(scenarios, closers)
  })
  afterAll(() => closers.close())

  describe.each(scenarios)('$name', scenario => {
    const recorded = () => kills.recorded.filter(({ event }) => event.scenario === scenario)
    const killed = () => kills.killed.filter(({ event }) => event.scenario === scenario)

    it('is killed with SIGKILL at every point that was recorded', () => {
      const calls = recorded().flatMap(each => each.calls)
      expect(calls.length).toBeGreaterThanOrEqual(scenario.leastCalls)
      const ends = killed().map(({ point, ended }) => `${nameOf(point)}: ${ended.signal}`)
      const points = killPoints(calls)
      expect(points).not.toEqual([])
      expect(ends.toSorted()).toEqual(points.map(point => `${nameOf(point)}: SIGKILL`).toSorted())
    })

    it('arrives as often as it should where nothing is killed', () => {
      const outcomes = recorded().flatMap(each => each.outcomes)
      expect(outcomes).toHaveLength(scenario.subscribers)
      expect(outcomes.map(({ answers }) => answers)).toEqual(outcomes.map(() => scenario.answers))
      expect(outcomes.flatMap(outcome => brokenRules(scenario, outcome))).toEqual([])
    })

    it('arrives at every subscriber, signed, under one message id, at most once more than it should', () => {
      const broken = killed().flatMap(({ point, outcomes }) =>
        outcomes.flatMap(outcome => brokenRules(scenario, outcome).map(rule => ({ at: nameOf(point), rule, outcome }))),
      )
      expect(broken).toEqual([])
      expect(killed().map(({ outcomes }) => outcomes.length)).toEqual(killed().map(() => scenario.subscribers))
    })
  })

  it('leaves nothing in the queues, and in the dead-letter queue only what was given up', () => {
    expect(kills.left).toBe(0)
    const dead = [...kills.recorded, ...kills.killed].flatMap(({ outcomes }) => outcomes.map(outcome => outcome.dead))
    expect(kills.deadLetters).toHaveLength(dead.reduce((sum, count) => sum + count, 0))
  })
}

function nameOf(point: KillPoint): string {
  return point.kind === 'call' ? `${point.at}, ${point.strike}` : `the exchange, ${point.moment}`
}
