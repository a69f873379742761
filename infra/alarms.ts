import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm'
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic'
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription'
import { Construct } from 'constructs'
import { functionNames } from './function-statements'
import {
  apiMetric,
  functionMetric,
  type Metric,
  type Monitored,
  queueAgeMetric,
  queueMetric,
  sweepMetric,
} from './metrics'

/** Rings when the metric is at or above the threshold in so many of the last periods. */
export interface Alarm {
  readonly id: string
  readonly description: string
  readonly metric: Metric
  /** Default 1. */
  readonly threshold?: number
  /** Default: one period alone. */
  readonly rings?: MOfN
  /** Rings below the threshold instead, and when there is no data at all. */
  readonly below?: true
}

/** So many data points among those of the last periods. */
export interface MOfN {
  readonly datapoints: number
  readonly periods: number
}

export interface AlarmsProps {
  readonly name: string
  readonly alarms: readonly Alarm[]
  /** Gets a message for each alarm. Absent: only the topic does. */
  readonly email: string | undefined
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

  #add(name: string, { id, description, metric, threshold = 1, rings, below }: Alarm): void {
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
      evaluationPeriods: rings?.periods ?? 1,
      datapointsToAlarm: rings?.datapoints ?? 1,
      treatMissingData: below ? 'breaching' : missingDataOf(metric),
      alarmActions: [this.topic.arn],
      okActions: [this.topic.arn],
    })
  }
}

/** A sweep that did not come about says nothing of what waits: that is for `sweep-silent`. */
function missingDataOf({ namespace }: Metric): 'ignore' | 'notBreaching' {
  return namespace.startsWith('AWS/') ? 'notBreaching' : 'ignore'
}

/** The control plane's alarms. docs/operations.md says for each what to do. */
export function controlPlaneAlarms(monitored: Monitored): readonly Alarm[] {
  return [
    { id: 'api-5xx', description: 'Callers were answered 5xx.', metric: apiMetric(monitored.apiId, '5xx') },
    ...functionAlarms(monitored),
    ...sweepAlarms(monitored),
    ...deliveryAlarms(monitored),
  ]
}

function functionAlarms({ functions }: Monitored): readonly Alarm[] {
  return functionNames.flatMap(name => [
    {
      id: `${name}-errors`,
      description: `The function ${name} failed or took too long.`,
      metric: functionMetric(functions[name], 'Errors'),
    },
    {
      id: `${name}-throttles`,
      description: `Lambda had no room to run ${name}.`,
      metric: functionMetric(functions[name], 'Throttles'),
    },
  ])
}

/** A minute each: long enough for what mends itself, and for a sweep that is late. */
const sustained: MOfN = { datapoints: 10, periods: 15 }
const unsettledSeconds = 300
const sinceThen: MOfN = { datapoints: 5, periods: 10 }

function sweepAlarms({ stage, functions, failedSweeps }: Monitored): readonly Alarm[] {
  return [
    {
      id: 'oldest-unsettled',
      description: 'A committed change has waited for its mirror, audit record or event for 5 minutes.',
      metric: sweepMetric(stage, 'OldestUnsettledSeconds'),
      threshold: unsettledSeconds,
      rings: sinceThen,
    },
    {
      id: 'endpoints-failing',
      description: 'An endpoint could not be settled for 10 minutes.',
      metric: sweepMetric(stage, 'EndpointsFailing'),
      rings: sustained,
    },
    {
      id: 'consumers-not-written',
      description: 'The policy of a mirror could not name a consumer for 10 minutes.',
      metric: sweepMetric(stage, 'ConsumersNotWritten'),
      rings: sustained,
    },
    {
      id: 'backlog-left',
      description: 'Sweeps have left work to the next for 10 minutes: they do not keep up.',
      metric: sweepMetric(stage, 'BacklogLeft'),
      rings: sustained,
    },
    {
      id: 'sweep-silent',
      description: 'No sweep has run for 5 minutes.',
      metric: functionMetric(functions.sweep, 'Invocations'),
      below: true,
    },
    {
      id: 'failed-sweeps',
      description: 'A sweep failed or could not start.',
      metric: queueMetric(failedSweeps),
    },
  ]
}

/** Twice the longest wait that the queue keeps. */
const deliveryBehindSeconds = 1800

/** What a receiver does to its own deliveries rings no alarm: they end among the dead letters. */
function deliveryAlarms({ deliveries, failedMessages }: Monitored): readonly Alarm[] {
  return [
    {
      id: 'deliveries-behind',
      description: 'A delivery has been in the queue for half an hour.',
      metric: queueAgeMetric(deliveries),
      threshold: deliveryBehindSeconds,
    },
    {
      id: 'failed-messages',
      description: 'The function deliver failed on a message ten times.',
      metric: queueMetric(failedMessages),
    },
  ]
}
