import { type AwsService, unknownOperation } from '../wire'
import type { SqsOperation } from './operation'
import { createQueue, getQueueAttributes, getQueueUrl, setQueueAttributes } from './queue-attributes'
import type { Queues } from './queues'
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './receipt-handles'
import { receiveMessage } from './receive-message'
import { sendMessage, sendMessageBatch } from './send-message'

const operations: ReadonlyMap<string, SqsOperation> = new Map([
  ['ChangeMessageVisibility', changeMessageVisibility],
  ['ChangeMessageVisibilityBatch', changeMessageVisibilityBatch],
  ['CreateQueue', createQueue],
  ['DeleteMessage', deleteMessage],
  ['DeleteMessageBatch', deleteMessageBatch],
  ['GetQueueAttributes', getQueueAttributes],
  ['GetQueueUrl', getQueueUrl],
  ['ReceiveMessage', receiveMessage],
  ['SendMessage', sendMessage],
  ['SendMessageBatch', sendMessageBatch],
  ['SetQueueAttributes', setQueueAttributes],
])

/** Amazon SQS, standard queues, by the rules of its API reference. */
export function sqs(queues: Queues, now: () => Date): AwsService {
  const milliseconds = (): number => now().getTime()
  return async ({ operation, region, host, signal, input }) => {
    const run = operations.get(operation)
    if (run === undefined) throw unknownOperation()
    return run({ queues, region, host, signal, now: milliseconds }, input)
  }
}
