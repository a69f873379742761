import * as v from 'valibot'
import { accountId, parseInput } from '../wire'
import { attributesMd5, bodyMd5, type MessageAttributes, type QueuedMessage } from './message'
import { findQueue, queueInput, type SqsContext, type SqsOperation } from './operation'
import { type Queue, untilChange } from './queue'
import { numericAttribute, redrivePolicy } from './queue-attributes'

const names = v.optional(v.array(v.string()), [])
const seconds = (most: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most)))
const receiveInput = v.object({
  ...queueInput.entries,
  MaxNumberOfMessages: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 1),
  VisibilityTimeout: seconds(43_200),
  WaitTimeSeconds: seconds(20),
  AttributeNames: names,
  MessageSystemAttributeNames: names,
  MessageAttributeNames: names,
})

type ReceiveInput = v.InferOutput<typeof receiveInput>

/**
 * Gives messages to the caller and hides them from others. With a wait time it waits for the first one, until the caller
 * hangs up or the server closes.
 */
export const receiveMessage: SqsOperation = async (context, input) => {
  const wanted = parseInput(receiveInput, input)
  const queue = findQueue(context, wanted.QueueUrl)
  const waitSeconds = wanted.WaitTimeSeconds ?? numericAttribute(queue.attributes, 'ReceiveMessageWaitTimeSeconds')
  const deadline = performance.now() + waitSeconds * 1000
  let messages = await takeMessages(context, queue, wanted)
  while (messages.length === 0 && performance.now() < deadline && !context.signal.aborted) {
    await untilChange(queue, { ...context, deadline })
    messages = await takeMessages(context, queue, wanted)
  }
  return messages.length === 0 ? {} : { Messages: messages }
}

async function takeMessages(context: SqsContext, queue: Queue, wanted: ReceiveInput): Promise<readonly object[]> {
  if (context.signal.aborted) return []
  const now = context.now()
  const taken: object[] = []
  const timeoutSeconds = wanted.VisibilityTimeout ?? numericAttribute(queue.attributes, 'VisibilityTimeout')
  const removing: Promise<void>[] = []
  for (const message of queue.next(wanted.MaxNumberOfMessages, now)) {
    const removed = removeDue(context, queue, message)
    if (removed === null) {
      const handle = queue.receive(message, { now, until: now + timeoutSeconds * 1000 })
      taken.push(shownMessage(message, handle, wanted))
    } else {
      removing.push(removed)
    }
  }
  await Promise.all(removing)
  return taken
}

/** Removes a message that is too old, and moves one that was received too often; null where it stays. */
function removeDue({ queues, region, now }: SqsContext, queue: Queue, message: QueuedMessage): Promise<void> | null {
  const oldest = now() - numericAttribute(queue.attributes, 'MessageRetentionPeriod') * 1000
  if (message.sentAt <= oldest) return queues.remove(queue, message, now())
  const policy = redrivePolicy(queue.attributes)
  if (policy === null || message.receiveCount < policy.maxReceiveCount) return null
  return queues.move(message, queue, queues.find(region, policy.deadLetterTargetArn.split(':').at(-1) ?? ''))
}

function shownMessage(message: QueuedMessage, handle: string, wanted: ReceiveInput): object {
  const system = [...wanted.AttributeNames, ...wanted.MessageSystemAttributeNames]
  const attributes = Object.entries(systemAttributes(message)).filter(([name]) => isAsked(system, name))
  const own = Object.entries(message.attributes).filter(([name]) => isAsked(wanted.MessageAttributeNames, name))
  const given: MessageAttributes = Object.fromEntries(own)
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    Body: message.body,
    MD5OfBody: bodyMd5(message.body),
    ...(attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) }),
    ...(own.length === 0 ? {} : { MessageAttributes: given, MD5OfMessageAttributes: attributesMd5(given) }),
  }
}

function isAsked(names: readonly string[], name: string): boolean {
  return names.some(wanted => wanted === 'All' || wanted === name)
}

function systemAttributes(message: QueuedMessage): Readonly<Record<string, string>> {
  const { receiveCount, firstReceivedAt, sentAt, groupId } = message
  return {
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    SentTimestamp: String(sentAt),
    SenderId: accountId,
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
  }
}
