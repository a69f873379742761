import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaFunctionRecursionConfig } from '@cdktf/provider-aws/lib/lambda-function-recursion-config'
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue'
import { Construct } from 'constructs'

export interface DeliveryQueuesProps {
  readonly name: string
  /** How long the function that works on the queue may take. */
  readonly timeoutSeconds: number
}

const retentionSeconds = 14 * 24 * 60 * 60
/** A message that the function fails on this often, through a fault of our own, ends among the failed messages. */
const maxReceiveCount = 10
/** AWS Lambda's developer guide, "Using Lambda with Amazon SQS": six times the function's timeout. */
const visibilityFactor = 6
const batchSize = 10

/** The queue in which deliveries wait, and the two dead-letter queues: what is a receiver's doing, and what is ours. */
export class DeliveryQueues extends Construct {
  readonly queue: SqsQueue
  /** Takes deliveries that the function gave up. */
  readonly deadLetters: SqsQueue
  /** Takes messages that the function could not work on. */
  readonly failedMessages: SqsQueue

  constructor(scope: Construct, id: string, { name, timeoutSeconds }: DeliveryQueuesProps) {
    super(scope, id)
    const kept = { messageRetentionSeconds: retentionSeconds, sqsManagedSseEnabled: true }
    this.deadLetters = new SqsQueue(this, 'dead-letters', { ...kept, name: `${name}-dead-letters` })
    this.failedMessages = new SqsQueue(this, 'failed-messages', { ...kept, name: `${name}-failed-messages` })
    this.queue = new SqsQueue(this, 'queue', {
      ...kept,
      name,
      visibilityTimeoutSeconds: visibilityFactor * timeoutSeconds,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: this.failedMessages.arn, maxReceiveCount }),
    })
  }

  /** Has the queue feed the function. Messages that the function names as failed come again; the others are removed. */
  feed(deliver: LambdaFunction, maximumConcurrency: number): void {
    new LambdaEventSourceMapping(this, 'feed', {
      eventSourceArn: this.queue.arn,
      functionName: deliver.functionName,
      batchSize,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency },
    })
    // Deliveries and the pages of an event's subscribers go back to the queue that feeds the function. Lambda takes that
    // for a loop and drops such a message at about its 16th turn; here the schedule of retries ends each chain.
    new LambdaFunctionRecursionConfig(this, 'recursion', {
      functionName: deliver.functionName,
      recursiveLoop: 'Allow',
    })
  }
}
