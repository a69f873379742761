import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter'
import { Construct } from 'constructs'
import type { FunctionName } from './function-statements'

/** What alarms and dashboard look at, by the names under which it is deployed. */
export interface Monitored {
  readonly stage: string
  readonly apiId: string
  readonly functions: Readonly<Record<FunctionName, string>>
  /** Queues, as are all that follow. */
  readonly failedSweeps: string
  readonly deliveries: string
  /** What `deliver` gave up: a receiver's doing. */
  readonly deadLetters: string
  /** What `deliver` could not work on: a fault of Keyturn's own. */
  readonly failedMessages: string
}

/** One metric of CloudWatch. */
export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: 'Sum' | 'Maximum' | 'Average'
  readonly periodSeconds: number
}

const periodSeconds = 300

export function apiMetric(apiId: string, name: '4xx' | '5xx' | 'Count'): Metric {
  return { namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: apiId }, statistic: 'Sum', periodSeconds }
}

export function functionMetric(functionName: string, name: 'Errors' | 'Throttles' | 'Invocations'): Metric {
  const dimensions = { FunctionName: functionName }
  return { namespace: 'AWS/Lambda', name, dimensions, statistic: 'Sum', periodSeconds }
}

/** How many messages wait in the queue. */
export function queueMetric(queueName: string): Metric {
  const dimensions = { QueueName: queueName }
  const name = 'ApproximateNumberOfMessagesVisible'
  return { namespace: 'AWS/SQS', name, dimensions, statistic: 'Maximum', periodSeconds }
}

/** How long the oldest message has been in the queue, in seconds. */
export function queueAgeMetric(queueName: string): Metric {
  return { ...queueMetric(queueName), name: 'ApproximateAgeOfOldestMessage' }
}

/** Every sweep tells each of its gauges once. */
const sweepPeriodSeconds = 60

/** One of those that `SweepMetrics` makes. */
export function sweepMetric(stage: string, name: SweepMetric): Metric {
  const namespace = sweepNamespace(stage)
  return { namespace, name, dimensions: {}, statistic: 'Maximum', periodSeconds: sweepPeriodSeconds }
}

/** Each gauge of the sweep, and the field of its log line that it is read from. */
export const sweepFields = {
  OldestUnsettledSeconds: 'oldestSeconds',
  EndpointsFailing: 'failing',
  ConsumersNotWritten: 'consumersNotWritten',
  BacklogLeft: 'backlog',
  MirrorsChangedByHand: 'changedByHand',
} as const
export type SweepMetric = keyof typeof sweepFields

export interface SweepMetricsProps {
  readonly stage: string
  /** Name of the sweep's log group. */
  readonly logGroup: string
}

/** Gauges out of the line that every sweep writes: no call to CloudWatch, no permission for it. */
export class SweepMetrics extends Construct {
  constructor(scope: Construct, id: string, { stage, logGroup }: SweepMetricsProps) {
    super(scope, id)
    for (const [name, field] of Object.entries(sweepFields)) {
      new CloudwatchLogMetricFilter(this, name, {
        name: `keyturn-${stage}-${name}`,
        logGroupName: logGroup,
        pattern: '{ $.message = "swept" }',
        metricTransformation: { namespace: sweepNamespace(stage), name, value: `$.${field}` },
      })
    }
  }
}

function sweepNamespace(stage: string): string {
  return `Keyturn/${stage}`
}
