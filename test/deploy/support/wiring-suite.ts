import { expect, it } from '@jest/globals'
import { functionNames } from '../../../infra/function-statements'

/** What stands between queues, functions and alarms. `plan`: one that was made after the stage was deployed. */
export function wiringSuite(plan: () => string, name: string): void {
  it('a message that fails comes again and is kept, and so are a delivery that was given up and a sweep that failed', () => {
    const { feeds, queues, failedSweeps } = deployedWiring(plan(), name)
    const deliveries = queues[`${name}-deliveries`]
    const failedMessages = queues[`${name}-deliveries-failed-messages`]
    expect(feeds).toMatchObject([
      {
        event_source_arn: deliveries?.['arn'],
        function_arn: expect.stringMatching(`:${name}-deliver$`),
        batch_size: 10,
        function_response_types: ['ReportBatchItemFailures'],
        scaling_config: [{ maximum_concurrency: 50 }],
      },
    ])
    expect(deliveries).toMatchObject({
      visibility_timeout_seconds: 360,
      redrive_policy: { deadLetterTargetArn: failedMessages?.['arn'], maxReceiveCount: 10 },
    })
    for (const kept of [failedMessages, queues[`${name}-deliveries-dead-letters`]])
      expect(kept).toMatchObject({ message_retention_seconds: 1_209_600 })
    const destination = queues[`${name}-failed-sweeps`]?.['arn']
    expect(failedSweeps).toMatchObject([
      { maximum_retry_attempts: 0, destination_config: [{ on_failure: [{ destination }] }] },
    ])
  })

  it('every alarm rings through the one topic, and those of queues watch queues that there are', () => {
    const { alarms, topic, queues } = deployedWiring(plan(), name)
    const ofFunctions = functionNames.flatMap(each => [`${each}-errors`, `${each}-throttles`])
    const gauges = ['oldest-unsettled', 'endpoints-failing', 'consumers-not-written', 'backlog-left']
    const others = ['api-5xx', 'sweep-silent', ...gauges]
    const ofQueues = {
      'failed-sweeps': 'failed-sweeps',
      'deliveries-behind': 'deliveries',
      'failed-messages': 'deliveries-failed-messages',
    }
    expect(Object.keys(alarms).toSorted()).toEqual([...ofFunctions, ...others, ...Object.keys(ofQueues)].toSorted())
    for (const alarm of Object.values(alarms)) {
      expect(alarm).toMatchObject({ actions_enabled: true, alarm_actions: [topic], ok_actions: [topic] })
    }
    for (const [id, suffix] of Object.entries(ofQueues)) {
      const QueueName = `${name}-${suffix}`
      expect(alarms[id]).toMatchObject({ namespace: 'AWS/SQS', dimensions: { QueueName } })
      expect(Object.keys(queues)).toContain(QueueName)
    }
  })
}

/** What stands between the queues, the functions and the alarms of a stage, as AWS has it. */
interface DeployedWiring {
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

function deployedWiring(plan: string, stackName: string): DeployedWiring {
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

/** A resource's arguments and attributes, as the AWS provider writes them. */
type Attributes = Readonly<Record<string, unknown>>

interface PlanWithState {
  readonly prior_state: { readonly values: { readonly root_module: { readonly resources: readonly StateResource[] } } }
}

interface StateResource {
  readonly type: string
  readonly values: Attributes
}

/** Every resource of one type as AWS described it when the plan was made, and not as it was asked for. */
function refreshedResources(plan: string, type: string): readonly Attributes[] {
  // Terraform's own plan representation.
  const { prior_state: state } = JSON.parse(plan) as PlanWithState
  return state.values.root_module.resources.filter(resource => resource.type === type).map(({ values }) => values)
}
