import { deadLetterQueue } from '../../../local/local-aws'
import { inLanes } from '../../../src/core/concurrency'
import type { Deployment } from '../deliver-process/deployment'
import { killPoints } from './kill-point'
import { type Kill, killAll, type KillRun, recordCalls, recover } from './kill-runs'
import { type Outcome, outcomesOf } from './outcome'
import type { Scenario } from './scenario'
import { prepareSubject, type Subject } from './subject'

/** A scenario in which nothing went wrong. */
export interface Recorded {
  readonly scenario: Scenario
  readonly subject: Subject
  readonly calls: readonly string[]
}

export interface Course {
  readonly recorded: readonly (Recorded & { readonly outcomes: readonly Outcome[] })[]
  readonly runs: readonly (KillRun & { readonly outcomes: readonly Outcome[] })[]
  /** Messages that are in the queues in the end. */
  readonly left: number
  /** The bodies of what is in the dead-letter queue. */
  readonly deadLetters: readonly string[]
}

/** Records every scenario, kills a process at each point of it, and lets others finish the work. */
export async function runCourse(deployment: Deployment, scenarios: readonly Scenario[]): Promise<Course> {
  const recorded = await record(deployment, scenarios)
  const runs = await killAll(deployment, await prepareKills(deployment, recorded))
  const left = await recover(
    deployment,
    [...recorded, ...runs].map(({ subject }) => subject),
  )
  const deadLetters = await deployment.queues.takeAll(deadLetterQueue)
  const withOutcomes = async <Run extends { readonly subject: Subject }>(run: Run) => {
    return { ...run, outcomes: await outcomesOf({ deployment, deadLetters }, run.subject) }
  }
  return {
    recorded: await inLanes(lanes, recorded, withOutcomes),
    runs: await inLanes(lanes, runs, withOutcomes),
    left,
    deadLetters,
  }
}

const lanes = 4
/** Later than the first retry of an attempt that failed. */
const retrySeconds = 10

async function record(deployment: Deployment, scenarios: readonly Scenario[]): Promise<readonly Recorded[]> {
  const prepared = await inLanes(lanes, [...scenarios.entries()], async ([at, scenario]) => {
    return { scenario, subject: await prepareSubject(deployment, scenario, `recorded-${at}`) }
  })
  deployment.clock.pass(retrySeconds)
  return inLanes(1, prepared, async each => ({ ...each, calls: await recordCalls(deployment, each.subject) }))
}

async function prepareKills(deployment: Deployment, recorded: readonly Recorded[]): Promise<readonly Kill[]> {
  const points = recorded.flatMap(({ scenario, calls }) => killPoints(calls).map(point => ({ scenario, point })))
  const kills = await inLanes(lanes, [...points.entries()], async ([at, { scenario, point }]) => {
    // No tenant's id is in another's.
    return { point, subject: await prepareSubject(deployment, scenario, `killed-${String(at).padStart(3, '0')}`) }
  })
  deployment.clock.pass(retrySeconds)
  return kills
}
