import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm'
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic'
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription'
import { Construct } from 'constructs'
import type { Metric } from './metrics'

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
