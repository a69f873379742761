import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { FedMessage, LetterQueue } from '../delivery/queue-feed'
import type { SqsQueueOptions } from './sqs-delivery-queue'

const mostMessages = 10

/** A queue in SQS. */
export function sqsQueueFeed({ client, queueUrl }: SqsQueueOptions): LetterQueue {
  return {
    receive: async (waitSeconds, signal) => {
      const receive = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: mostMessages,
        WaitTimeSeconds: waitSeconds,
      })
      const { Messages = [] } = await client.send(receive, { abortSignal: signal })
      return Messages.map(({ MessageId: messageId = '', ReceiptHandle: receiptHandle = '', Body: body = '' }) => {
        return { messageId, receiptHandle, body }
      })
    },
    remove: messages => remove(client, queueUrl, messages),
    release: async messages => {
      for (let start = 0; start < messages.length; start += mostMessages) {
        await show(client, queueUrl, messages.slice(start, start + mostMessages))
      }
    },
  }
}

/** One that cannot be shown is visible already, or soon. */
async function show(client: SQSClient, QueueUrl: string, messages: readonly FedMessage[]): Promise<void> {
  const Entries = messages.map(({ receiptHandle }, index) => {
    return { Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }
  })
  await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
}

/** A message that could not be removed comes again; whoever works on it has to bear that anyway. */
async function remove(client: SQSClient, QueueUrl: string, messages: readonly FedMessage[]): Promise<void> {
  if (messages.length === 0) return
  const Entries = messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
}
