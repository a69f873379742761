import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm'
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic'
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription'
import { Construct } from 'constructs'
import { type FunctionName, functionNames } from './control-plane-function'
import type { Graph } from './dashboard'
import {
  apiMetric,
  type DeployedNames,
  functionMetric,
  type Metric,
  queueAgeMetric,
  queueMetric,
  sweepMetric,
} from './metrics'

/** What is watched, by the names under which it is deployed. */
export interface Watched {
  readonly stage: string
  readonly apiId: string
  readonly functions: DeployedNames
  readonly failedSweeps: string
  /** Names of the queues of deliveries. */
  readonly deliveries: string
  readonly deadDeliveries: string
}

export function alarmsOf(watched: Watched): readonly Alarm[] {
  return alarms.map(({ metric, ...alarm }) => ({ ...alarm, metric: metric(watched) }))
}

export function graphsOf(watched: Watched): readonly Graph[] {
  return graphs.map(({ question, metrics }) => ({ question, metrics: metrics(watched) }))
}

type AlarmRow = Omit<Alarm, 'metric'> & { readonly metric: (watched: Watched) => Metric }

interface GraphRow {
  readonly question: string
  readonly metrics: (watched: Watched) => readonly Metric[]
}

const mirrorBehindSeconds = 300
/** Twice the longest wait that the queue keeps. */
const deliveryBehindSeconds = 1800
const once = { threshold: 1, periods: 1 }

/** docs/operations.md says for each alarm what to do. */
const alarms: readonly AlarmRow[] = [
  {
    id: 'api-5xx',
    description: 'Callers were answered 5xx.',
    metric: ({ apiId }) => apiMetric(apiId, '5xx'),
    ...once,
  },
  ...functionNames.flatMap(alarmsOfFunction),
  {
    id: 'oldest-unsettled',
    description: 'A committed change has been due for its mirror, audit record or event for 5 minutes.',
    metric: ({ stage }) => sweepMetric(stage, 'OldestUnsettledSeconds'),
    threshold: mirrorBehindSeconds,
    periods: 1,
  },
  {
    id: 'settle-failures',
    description: 'Changes could not be settled for half an hour.',
    metric: ({ stage }) => sweepMetric(stage, 'SettleFailed'),
    threshold: 1,
    periods: 6,
  },
  {
    id: 'sweep-silent',
    description: 'No sweep has run for 5 minutes.',
    metric: ({ functions }) => functionMetric(functions.sweep, 'Invocations'),
    below: true,
    ...once,
  },
  {
    id: 'failed-sweeps',
    description: 'A sweep failed or could not start.',
    metric: ({ failedSweeps }) => queueMetric(failedSweeps),
    ...once,
  },
  {
    id: 'deliveries-behind',
    description: 'A delivery has been in the queue for half an hour.',
    metric: ({ deliveries }) => queueAgeMetric(deliveries),
    threshold: deliveryBehindSeconds,
    periods: 1,
  },
  {
    id: 'dead-deliveries',
    description: 'Deliveries were given up, or could not be worked on.',
    metric: ({ deadDeliveries }) => queueMetric(deadDeliveries),
    ...once,
  },
]

function alarmsOfFunction(name: FunctionName): readonly AlarmRow[] {
  return [
    {
      id: `${name}-errors`,
      description: `The function ${name} failed or took too long.`,
      metric: ({ functions }) => functionMetric(functions[name], 'Errors'),
      ...once,
    },
    {
      id: `${name}-throttles`,
      description: `Lambda had no room to run ${name}.`,
      metric: ({ functions }) => functionMetric(functions[name], 'Throttles'),
      ...once,
    },
  ]
}

/** The dashboard: are rotations working, is the mirror behind. */
const graphs: readonly GraphRow[] = [
  {
    question: 'Are rotations working? Requests, refusals, failures',
    metrics: ({ apiId }) => [apiMetric(apiId, 'Count'), apiMetric(apiId, '4xx'), apiMetric(apiId, '5xx')],
  },
  {
    question: 'Is the mirror behind? Longest wait of a committed change, in seconds',
    metrics: ({ stage }) => [sweepMetric(stage, 'OldestUnsettledSeconds')],
  },
  { question: 'Do the functions fail?', metrics: everyFunction('Errors') },
  {
    question: 'Does the sweep keep up? Settled, failed, left for the next sweep',
    metrics: ({ stage }) => [
      sweepMetric(stage, 'Settled'),
      sweepMetric(stage, 'SettleFailed'),
      sweepMetric(stage, 'LeftForNextSweep'),
    ],
  },
  { question: 'Is there room to run?', metrics: everyFunction('Throttles') },
  { question: 'Do sweeps fail?', metrics: ({ failedSweeps }) => [queueMetric(failedSweeps)] },
  {
    question: 'Do deliveries wait? Oldest message, in seconds',
    metrics: ({ deliveries }) => [queueAgeMetric(deliveries)],
  },
  {
    question: 'How many deliveries wait, how many were given up?',
    metrics: ({ deliveries, deadDeliveries }) => [deliveries, deadDeliveries].map(queueMetric),
  },
]

function everyFunction(metric: 'Errors' | 'Throttles'): GraphRow['metrics'] {
  return ({ functions }) => functionNames.map(name => functionMetric(functions[name], metric))
}

export interface AlarmsProps {
  readonly name: string
  readonly alarms: readonly Alarm[]
  /** Absent: nobody is told but through the topic. */
  readonly email: string | undefined
}

/** Rings when the metric is at or above the threshold in so many periods in a row. */
export interface Alarm {
  readonly id: string
  readonly description: string
  readonly metric: Metric
  readonly threshold: number
  readonly periods: number
  /** Rings below the threshold instead, and when there is no data at all. */
  readonly below?: true
}

/** Every alarm, and the one topic that all of them tell. */
export class Alarms extends Construct {
  readonly topic: SnsTopic

  constructor(scope: Construct, id: string, { name, alarms, email }: AlarmsProps) {
    super(scope, id)
    this.topic = new SnsTopic(this, 'topic', { name: `${name}-alarms` })
    if (email !== undefined)
      new SnsTopicSubscription(this, 'email', { topicArn: this.topic.arn, protocol: 'email', endpoint: email })
    for (const alarm of alarms) this.#add(name, alarm)
  }

  #add(name: string, { id, description, metric, threshold, periods, below }: Alarm): void {
    new CloudwatchMetricAlarm(this, id, {
      alarmName: `${name}-${id}`,
      alarmDescription: description,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: { ...metric.dimensions },
      statistic: metric.statistic,
      period: metric.periodSeconds,
      comparisonOperator: below ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
      threshold,
      evaluationPeriods: periods,
      treatMissingData: below ? 'breaching' : 'notBreaching',
      alarmActions: [this.topic.arn],
      okActions: [this.topic.arn],
    })
  }
}
