import { refreshedResources, type Attributes } from './refreshed-state'

/** What stands between the queues, the functions and the alarms of a stage, as AWS has it. */
export interface DeployedWiring {
  /** What feeds functions from queues. */
  readonly feeds: readonly Attributes[]
  /** What becomes of a sweep that fails. */
  readonly failedSweeps: readonly Attributes[]
  /** By name; redrive policies are parsed. */
  readonly queues: Readonly<Record<string, Attributes>>
  /** By what follows the stage's name. */
  readonly alarms: Readonly<Record<string, Attributes>>
  readonly topic: unknown
}

export function deployedWiring(plan: string, stackName: string): DeployedWiring {
  const queues = refreshedResources(plan, 'aws_sqs_queue').map(queue => [String(queue['name']), withRedrive(queue)])
  const alarms = refreshedResources(plan, 'aws_cloudwatch_metric_alarm').map(alarm => [
    String(alarm['alarm_name']).slice(`${stackName}-`.length),
    alarm,
  ])
  return {
    feeds: refreshedResources(plan, 'aws_lambda_event_source_mapping'),
    failedSweeps: refreshedResources(plan, 'aws_lambda_function_event_invoke_config'),
    queues: Object.fromEntries(queues),
    alarms: Object.fromEntries(alarms),
    topic: refreshedResources(plan, 'aws_sns_topic')[0]?.['arn'],
  }
}

function withRedrive(queue: Attributes): Attributes {
  const policy = queue['redrive_policy']
  return { ...queue, redrive_policy: policy === '' ? null : (JSON.parse(String(policy)) as unknown) }
}
