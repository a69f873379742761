import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import type { SqsContext, SqsOperation } from './operation'
import type { Queue } from './queue'
import { checkAttributes, usualAttributes } from './queue-attributes'
import { queueArn, queueNameOf, queueUrl } from './queue-url'

const attributes = v.optional(v.record(v.string(), v.string()), {})
const named = v.object({ QueueName: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,80}$/)) })
const addressed = v.object({ QueueUrl: v.string() })
const creation = v.object({ ...named.entries, Attributes: attributes })
const reading = v.object({ ...addressed.entries, AttributeNames: v.optional(v.array(v.string()), []) })
const change = v.object({ ...addressed.entries, Attributes: attributes })

/** The same name again with the same attributes is the same queue. */
export const createQueue: SqsOperation = async ({ queues, region, host }, input) => {
  const { QueueName: name, Attributes } = parseInput(creation, input)
  checkAttributes(Attributes)
  const existing = queues.all().find(queue => queue.region === region && queue.name === name)
  if (existing === undefined) await queues.put({ region, name, attributes: { ...usualAttributes, ...Attributes } })
  else if (Object.entries(Attributes).some(([key, value]) => existing.attributes[key] !== value)) throw differs()
  return { QueueUrl: queueUrl(host, name) }
}

export const getQueueUrl: SqsOperation = async ({ queues, region, host }, input) => {
  const { name } = queues.find(region, parseInput(named, input).QueueName)
  return { QueueUrl: queueUrl(host, name) }
}

export const getQueueAttributes: SqsOperation = async (context, input) => {
  const { QueueUrl, AttributeNames } = parseInput(reading, input)
  const all = shown(findQueue(context, QueueUrl), context)
  const wanted = Object.entries(all).filter(([name]) => AttributeNames.includes('All') || AttributeNames.includes(name))
  return { Attributes: Object.fromEntries(wanted) }
}

export const setQueueAttributes: SqsOperation = async (context, input) => {
  const { QueueUrl, Attributes } = parseInput(change, input)
  checkAttributes(Attributes)
  const { region, name, attributes: before } = findQueue(context, QueueUrl)
  await context.queues.put({ region, name, attributes: { ...before, ...Attributes } })
  return {}
}

/** @throws {AwsError} `QueueDoesNotExist` */
export function findQueue({ queues, region }: SqsContext, url: string): Queue {
  return queues.find(region, queueNameOf(url))
}

function shown(queue: Queue, { now }: SqsContext): Readonly<Record<string, string>> {
  const { visible, inFlight, delayed } = queue.counts(now())
  return {
    ...queue.attributes,
    QueueArn: queueArn(queue.region, queue.name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  }
}

function differs(): AwsError {
  return new AwsError(
    'QueueNameExists',
    'A queue already exists with the same name and a different value for an attribute.',
  )
}
