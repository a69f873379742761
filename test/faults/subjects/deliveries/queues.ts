import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { createQueue, deadLetterQueue, patientLimits, redrivePolicy } from '../../../../local/aws-resources'
import { queueUrl } from '../../../../local/aws-server/sqs/queue-names'
import { sqsClient } from '../../../../src/aws/clients'
import { type SqsDeliveryQueueOptions, sqsQueueFeed } from '../../../../src/aws/sqs-delivery-queue'
import type { QueueFeed } from '../../../../src/delivery/ports'

const maxReceiveCount = 10
/** Longer than any attempt: what a process that was killed had received comes again after that. */
export const visibilitySeconds = 90

/** Queues like that of a deployment, beside it, with its dead-letter queue. */
export interface Queues {
  /** Makes a queue, and returns how to reach it. */
  add(name: string): Promise<SqsDeliveryQueueOptions>
  /** How many messages the queues have between them, in flight and delayed ones included. */
  messagesIn(names: readonly string[]): Promise<number>
  /** Takes everything out of a queue that is visible, and returns the bodies. */
  takeAll(name: string): Promise<readonly string[]>
  close(): void
}

/** The URL of a queue at AWS, or at a proxy before it. */
export function queueAt(aws: string, name: string): string {
  return queueUrl(new URL(aws).host, name)
}

/** The dead-letter queue is there already. */
export async function openQueues(aws: string): Promise<Queues> {
  const client = sqsClient({ requestHandler: patientLimits })
  const deadLetterQueueUrl = queueAt(aws, deadLetterQueue)
  const RedrivePolicy = await redrivePolicy(client, deadLetterQueueUrl, maxReceiveCount)
  const attributes = { VisibilityTimeout: String(visibilitySeconds), RedrivePolicy }
  return {
    add: async name => ({ client, queueUrl: await createQueue(client, name, attributes), deadLetterQueueUrl }),
    messagesIn: async names => {
      const counts = await Promise.all(names.map(name => countOf(client, queueAt(aws, name))))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    takeAll: name => takeAll(sqsQueueFeed({ client, queueUrl: queueAt(aws, name) })),
    close: () => client.destroy(),
  }
}

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

async function countOf(client: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }),
  )
  return counts.reduce((sum, count) => sum + Number(Attributes[count]), 0)
}

async function takeAll(feed: QueueFeed): Promise<readonly string[]> {
  const messages = await feed.receive(0, new AbortController().signal)
  if (messages.length === 0) return []
  await feed.remove(messages)
  return [...messages.map(({ body }) => body), ...(await takeAll(feed))]
}
