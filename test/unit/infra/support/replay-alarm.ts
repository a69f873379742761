import type { Arguments } from './synthesise'

// What an alarm does with a series of data points, by the rules of the CloudWatch user guide, "Using Amazon CloudWatch
// alarms": M out of N, and how missing data is treated.

/** A value at a time, in seconds. */
export interface DataPoint {
  readonly atSeconds: number
  readonly value: number
}

export interface Transition {
  readonly to: 'ALARM' | 'OK'
  readonly atSeconds: number
}

interface Definition {
  readonly period: number
  readonly threshold: number
  readonly evaluationPeriods: number
  readonly datapointsToAlarm: number
  readonly missing: string
}

/** Every change of the alarm's state, which is `OK` at first. It is evaluated at the end of each period. */
export function replayAlarm(alarm: Arguments, points: readonly DataPoint[], forSeconds: number): readonly Transition[] {
  const definition = definitionOf(alarm)
  const { period } = definition
  const transitions: Transition[] = []
  let state: Transition['to'] = 'OK'
  for (let ended = 1; ended * period <= forSeconds; ended += 1) {
    const periods = Array.from({ length: definition.evaluationPeriods }, (_, ago) => (ended - 1 - ago) * period)
    const next = evaluate(
      definition,
      periods.map(start => maximumIn(points, start, start + period)),
    )
    if (next !== null && next !== state) transitions.push({ to: (state = next), atSeconds: ended * period })
  }
  return transitions
}

function definitionOf(alarm: Arguments): Definition {
  if (alarm.comparison_operator !== 'GreaterThanOrEqualToThreshold' || alarm.statistic !== 'Maximum') {
    throw new Error('only maxima at or above a threshold are replayed')
  }
  return {
    period: Number(alarm.period),
    threshold: Number(alarm.threshold),
    evaluationPeriods: Number(alarm.evaluation_periods),
    datapointsToAlarm: Number(alarm.datapoints_to_alarm),
    missing: String(alarm.treat_missing_data),
  }
}

function maximumIn(points: readonly DataPoint[], from: number, until: number): number | null {
  const values = points.filter(({ atSeconds }) => atSeconds >= from && atSeconds < until).map(({ value }) => value)
  return values.length === 0 ? null : Math.max(...values)
}

/** Null: the state stays. */
function evaluate(definition: Definition, values: readonly (number | null)[]): Transition['to'] | null {
  const { threshold, datapointsToAlarm, evaluationPeriods, missing } = definition
  const known = values.filter(value => value !== null)
  const breaching = known.filter(value => value >= threshold).length
  if (breaching >= datapointsToAlarm) return 'ALARM'
  if (missing === 'notBreaching') return 'OK'
  // `ignore`: what is missing might have rung, so that nothing is decided.
  return breaching + evaluationPeriods - known.length < datapointsToAlarm ? 'OK' : null
}
