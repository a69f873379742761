import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule'
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { Construct } from 'constructs'

export interface SweepScheduleProps {
  readonly name: string
  readonly sweep: LambdaFunction
  /** ARN of the queue that takes sweeps which failed or could not start. */
  readonly failures: string
}

/** One sweep a minute. One that fails is not repeated: the next does its work. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { name, sweep, failures }: SweepScheduleProps) {
    super(scope, id)
    const rule = new CloudwatchEventRule(this, 'rule', { name, scheduleExpression: 'rate(1 minute)', state: 'ENABLED' })
    const permission = new LambdaPermission(this, 'permission', {
      statementId: 'FromTheSchedule',
      action: 'lambda:InvokeFunction',
      functionName: sweep.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    })
    new CloudwatchEventTarget(this, 'target', { rule: rule.name, arn: sweep.arn, dependsOn: [permission] })
    new LambdaFunctionEventInvokeConfig(this, 'no-repeats', {
      functionName: sweep.functionName,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 60,
      destinationConfig: { onFailure: { destination: failures } },
    })
  }
}
