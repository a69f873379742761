import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../local/closers'
import { startDeployment } from '../deliver-process/deployment'
import { type Course, runCourse } from './course'
import { faultsOf } from './faults-of'
import { type KillPoint, killPoints } from './kill-point'
import type { Scenario } from './scenario'

/** Whatever a process was doing when it was killed, the event arrives: under one message id, at most once more. */
export function describeKills(scenarios: readonly Scenario[]): void {
  const closers = new Closers()
  let course: Course
  beforeAll(async () => {
    course = await runCourse(await startDeployment(closers), scenarios)
  })
  afterAll(() => closers.close())

  describe.each(scenarios)('$name', scenario => {
    const recordedOf = () => course.recorded.filter(each => each.scenario === scenario)
    const runsOf = () => course.runs.filter(({ subject }) => subject.scenario === scenario)

    it('is killed with SIGKILL at every point that was recorded', () => {
      const calls = recordedOf().flatMap(each => each.calls)
      expect(calls.length).toBeGreaterThanOrEqual(scenario.leastCalls)
      const ends = runsOf().map(({ point, ended }) => `${nameOf(point)}: ${ended.signal}`)
      const points = killPoints(calls)
      expect(points).not.toEqual([])
      expect(ends.toSorted()).toEqual(points.map(point => `${nameOf(point)}: SIGKILL`).toSorted())
    })

    it('arrives as often as it should where nothing is killed', () => {
      const outcomes = recordedOf().flatMap(each => each.outcomes)
      expect(outcomes).toHaveLength(scenario.subscribers)
      expect(outcomes.map(({ answers }) => answers)).toEqual(outcomes.map(() => scenario.answers))
      expect(outcomes.flatMap(outcome => faultsOf(scenario, outcome))).toEqual([])
    })

    it('arrives at every subscriber, signed, under one message id, at most once more than it should', () => {
      const faults = runsOf().flatMap(({ point, outcomes }) =>
        outcomes.flatMap(outcome => faultsOf(scenario, outcome).map(fault => ({ at: nameOf(point), fault, outcome }))),
      )
      expect(faults).toEqual([])
      expect(runsOf().map(({ outcomes }) => outcomes.length)).toEqual(runsOf().map(() => scenario.subscribers))
    })
  })

  it('leaves nothing in the queues, and in the dead-letter queue only what was given up', () => {
    expect(course.left).toBe(0)
    const dead = [...course.recorded, ...course.runs].flatMap(({ outcomes }) => outcomes.map(outcome => outcome.dead))
    expect(course.deadLetters).toHaveLength(dead.reduce((sum, count) => sum + count, 0))
  })
}

function nameOf({ at, when }: KillPoint): string {
  return `${at}, ${when}`
}
