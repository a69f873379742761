import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter'
import { Construct } from 'constructs'
import { sweepFields, sweepNamespace } from './metrics'

export interface SweepMetricsProps {
  readonly stage: string
  /** Name of the sweep's log group. */
  readonly logGroup: string
}

/** Metrics out of the line that each sweep with something to do writes: no call to CloudWatch, no permission for it. */
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
