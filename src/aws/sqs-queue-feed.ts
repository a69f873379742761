import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { FedMessage, QueueFeed } from '../delivery/queue-feed'
import type { SqsQueueOptions } from './sqs-delivery-queue'

const mostMessages = 10

/** A queue in SQS. */
export function sqsQueueFeed({ client, queueUrl }: SqsQueueOptions): QueueFeed {
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
  }
}

/** A message that could not be removed comes again; whoever works on it has to bear that anyway. */
async function remove(client: SQSClient, QueueUrl: string, messages: readonly FedMessage[]): Promise<void> {
  if (messages.length === 0) return
  const Entries = messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
}
