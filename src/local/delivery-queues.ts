import { pollingSqsClient, sqsClient } from '../aws/clients'
import { createQueue, redrivePolicy } from '../aws/create-queue'
import { sqsQueueFeed } from '../aws/sqs-queue-feed'
import type { QueueFeed } from '../delivery/queue-feed'
import { queueUrl } from './aws-endpoint/sqs/queue-url'
import type { Closers } from './closers'
import { deadLetterQueue, deliveryQueue, localAws } from './local-aws'

const maxReceiveCount = 10
/** Longer than the function's time limit: a message that is being worked on is given to nobody else. */
const VisibilityTimeout = '90'
const MessageRetentionPeriod = String(14 * 24 * 60 * 60)

/** Makes the two queues; those that are there already stay as they are. */
export async function createQueues(aws: string): Promise<void> {
  const client = sqsClient(clientOptions(aws))
  try {
    const deadLetters = await createQueue(client, deadLetterQueue, { MessageRetentionPeriod })
    const RedrivePolicy = await redrivePolicy(client, deadLetters, maxReceiveCount)
    await createQueue(client, deliveryQueue, { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy })
  } finally {
    client.destroy()
  }
}

/** The deliveries that wait. */
export function openFeed(aws: string, closers: Closers): QueueFeed {
  const client = pollingSqsClient(clientOptions(aws))
  closers.add(() => client.destroy())
  return sqsQueueFeed({ client, queueUrl: queueUrl(new URL(aws).host, deliveryQueue) })
}

function clientOptions(endpoint: string) {
  const { region, accessKeyId, secretAccessKey } = localAws
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}
