import { expect, it } from '@jest/globals'
import { functionNames } from '../../../infra/control-plane-function'
import { deployedWiring } from './deployed-wiring'

/** What stands between queues, functions and alarms. `plan`: one that was made after the stage was deployed. */
export function wiringSuite(plan: () => string, name: string): void {
  it('a message that fails comes again, one that is given up is kept, and so is a sweep that failed', () => {
    const { feeds, queues, failedSweeps } = deployedWiring(plan(), name)
    const deliveries = queues[`${name}-deliveries`]
    const deadLetters = queues[`${name}-deliveries-dead-letters`]
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
      redrive_policy: { deadLetterTargetArn: deadLetters?.['arn'], maxReceiveCount: 10 },
    })
    expect(deadLetters).toMatchObject({ message_retention_seconds: 1_209_600 })
    const destination = queues[`${name}-failed-sweeps`]?.['arn']
    expect(failedSweeps).toMatchObject([
      { maximum_retry_attempts: 0, destination_config: [{ on_failure: [{ destination }] }] },
    ])
  })

  it('every alarm rings through the one topic, and those of queues watch queues that there are', () => {
    const { alarms, topic, queues } = deployedWiring(plan(), name)
    const ofFunctions = functionNames.flatMap(each => [`${each}-errors`, `${each}-throttles`])
    const others = ['api-5xx', 'oldest-unsettled', 'settle-failures', 'sweep-silent']
    const watched = {
      'failed-sweeps': 'failed-sweeps',
      'deliveries-behind': 'deliveries',
      'dead-deliveries': 'deliveries-dead-letters',
    }
    expect(Object.keys(alarms).toSorted()).toEqual([...ofFunctions, ...others, ...Object.keys(watched)].toSorted())
    for (const alarm of Object.values(alarms)) {
      expect(alarm).toMatchObject({ actions_enabled: true, alarm_actions: [topic], ok_actions: [topic] })
    }
    for (const [id, suffix] of Object.entries(watched)) {
      const QueueName = `${name}-${suffix}`
      expect(alarms[id]).toMatchObject({ namespace: 'AWS/SQS', dimensions: { QueueName } })
      expect(Object.keys(queues)).toContain(QueueName)
    }
  })
}
