import type { Alarm } from './alarms'
import type { Graph } from './dashboard'
import { functionNames } from './function-name'
import { apiMetric, functionMetric, queueAgeMetric, queueMetric, sweepMetric, type DeployedNames } from './metrics'

/** What is watched, by the names under which it is deployed. */
export interface Watched {
  readonly stage: string
  readonly apiId: string
  readonly functions: DeployedNames
  /** Name of the queue of sweeps that failed. */
  readonly failedSweeps: string
  /** Names of the queues of deliveries. */
  readonly deliveries: string
  readonly deadDeliveries: string
}

const mirrorBehindSeconds = 300
/** Twice the longest wait that the queue keeps. */
const deliveryBehindSeconds = 1800

/** docs/operations.md says for each alarm what to do. */
export function alarmsOf({
  stage,
  apiId,
  functions,
  failedSweeps,
  deliveries,
  deadDeliveries,
}: Watched): readonly Alarm[] {
  return [
    {
      id: 'api-5xx',
      description: 'Callers were answered 5xx.',
      metric: apiMetric(apiId, '5xx'),
      threshold: 1,
      periods: 1,
    },
    ...functionNames.flatMap((name): readonly Alarm[] => [
      {
        id: `${name}-errors`,
        description: `The function ${name} failed or took too long.`,
        metric: functionMetric(functions[name], 'Errors'),
        threshold: 1,
        periods: 1,
      },
      {
        id: `${name}-throttles`,
        description: `Lambda had no room to run ${name}.`,
        metric: functionMetric(functions[name], 'Throttles'),
        threshold: 1,
        periods: 1,
      },
    ]),
    {
      id: 'oldest-unsettled',
      description: 'A committed change has been due for its mirror, audit record or event for 5 minutes.',
      metric: sweepMetric(stage, 'OldestUnsettledSeconds'),
      threshold: mirrorBehindSeconds,
      periods: 1,
    },
    {
      id: 'settle-failures',
      description: 'Changes could not be settled for half an hour.',
      metric: sweepMetric(stage, 'SettleFailed'),
      threshold: 1,
      periods: 6,
    },
    {
      id: 'sweep-silent',
      description: 'No sweep has run for 5 minutes.',
      metric: functionMetric(functions.sweep, 'Invocations'),
      below: true,
      threshold: 1,
      periods: 1,
    },
    {
      id: 'failed-sweeps',
      description: 'A sweep failed or could not start.',
      metric: queueMetric(failedSweeps),
      threshold: 1,
      periods: 1,
    },
    {
      id: 'deliveries-behind',
      description: 'A delivery has been in the queue for half an hour.',
      metric: queueAgeMetric(deliveries),
      threshold: deliveryBehindSeconds,
      periods: 1,
    },
    {
      id: 'dead-deliveries',
      description: 'Deliveries were given up, or could not be worked on.',
      metric: queueMetric(deadDeliveries),
      threshold: 1,
      periods: 1,
    },
  ]
}

/** The dashboard: are rotations working, is the mirror behind. */
export function graphsOf({
  stage,
  apiId,
  functions,
  failedSweeps,
  deliveries,
  deadDeliveries,
}: Watched): readonly Graph[] {
  const every = (metric: 'Errors' | 'Throttles') => functionNames.map(name => functionMetric(functions[name], metric))
  return [
    {
      question: 'Are rotations working? Requests, refusals, failures',
      metrics: [apiMetric(apiId, 'Count'), apiMetric(apiId, '4xx'), apiMetric(apiId, '5xx')],
    },
    {
      question: 'Is the mirror behind? Longest wait of a committed change, in seconds',
      metrics: [sweepMetric(stage, 'OldestUnsettledSeconds')],
    },
    { question: 'Do the functions fail?', metrics: every('Errors') },
    {
      question: 'Does the sweep keep up? Settled, failed, left for the next sweep',
      metrics: [
        sweepMetric(stage, 'Settled'),
        sweepMetric(stage, 'SettleFailed'),
        sweepMetric(stage, 'LeftForNextSweep'),
      ],
    },
    { question: 'Is there room to run?', metrics: every('Throttles') },
    { question: 'Do sweeps fail?', metrics: [queueMetric(failedSweeps)] },
    { question: 'Do deliveries wait? Oldest message, in seconds', metrics: [queueAgeMetric(deliveries)] },
    {
      question: 'How many deliveries wait, how many were given up?',
      metrics: [deliveries, deadDeliveries].map(queueMetric),
    },
  ]
}
