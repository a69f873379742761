import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SqsQueueOptions } from './sqs-delivery-queue'

export interface FedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
}

/** The receiving end of a queue, for what is not a Lambda event source mapping. */
export interface QueueFeed {
  /** At most 10. Waits `waitSeconds`, at most 20, for the first. */
  receive(waitSeconds: number, signal: AbortSignal): Promise<readonly FedMessage[]>
  /** Takes messages out of the queue for good. */
  remove(messages: readonly FedMessage[]): Promise<void>
}

const mostMessages = 10

export function queueFeed({ client, queueUrl }: SqsQueueOptions): QueueFeed {
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
