import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { findQueue, queueInput, type SqsContext, type SqsOperation } from './operation'
import type { Queue, QueueAttributes } from './queue'
import { queueArn, queueUrl } from './queue-names'

// A queue's attributes: the operations that make a queue with them, read them or change them, and their limits.

const attributes = v.optional(v.record(v.string(), v.string()), {})
const nameInput = v.object({ QueueName: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,80}$/)) })
const createInput = v.object({ ...nameInput.entries, Attributes: attributes })

/** Makes a queue. The same name again with the same attributes is the same queue. */
export const createQueue: SqsOperation = async ({ queues, region, host }, input) => {
  const { QueueName: name, Attributes } = parseInput(createInput, input)
  checkAttributes(Attributes)
  const existing = queues.all().find(queue => queue.region === region && queue.name === name)
  if (existing === undefined) await queues.put({ region, name, attributes: { ...usualAttributes, ...Attributes } })
  else if (Object.entries(Attributes).some(([key, value]) => existing.attributes[key] !== value)) throw nameExists()
  return { QueueUrl: queueUrl(host, name) }
}

function nameExists(): AwsError {
  return new AwsError(
    'QueueNameExists',
    'A queue already exists with the same name and a different value for an attribute.',
  )
}

export const getQueueUrl: SqsOperation = async ({ queues, region, host }, input) => {
  const { name } = queues.find(region, parseInput(nameInput, input).QueueName)
  return { QueueUrl: queueUrl(host, name) }
}

const getInput = v.object({ ...queueInput.entries, AttributeNames: v.optional(v.array(v.string()), []) })

/** The attributes that are asked for: those that the owner set, the queue's ARN, and how many messages it has. */
export const getQueueAttributes: SqsOperation = async (context, input) => {
  const { QueueUrl, AttributeNames } = parseInput(getInput, input)
  const all = shownAttributes(findQueue(context, QueueUrl), context)
  const wanted = Object.entries(all).filter(([name]) => AttributeNames.includes('All') || AttributeNames.includes(name))
  return { Attributes: Object.fromEntries(wanted) }
}

function shownAttributes(queue: Queue, { now }: SqsContext): Readonly<Record<string, string>> {
  const { visible, inFlight, delayed } = queue.counts(now())
  return {
    ...queue.attributes,
    QueueArn: queueArn(queue.region, queue.name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  }
}

const setInput = v.object({ ...queueInput.entries, Attributes: attributes })

/** Changes the attributes that are named, and leaves the others. */
export const setQueueAttributes: SqsOperation = async (context, input) => {
  const { QueueUrl, Attributes } = parseInput(setInput, input)
  checkAttributes(Attributes)
  const { region, name, attributes: before } = findQueue(context, QueueUrl)
  await context.queues.put({ region, name, attributes: { ...before, ...Attributes } })
  return {}
}

const limits: Readonly<Record<string, readonly [least: number, most: number, usual: number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 1024 * 1024, 1024 * 1024],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
}

/** Kept and shown, without an effect here. */
const kept = ['Policy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'RedriveAllowPolicy']

const usualAttributes: QueueAttributes = Object.fromEntries(
  Object.entries(limits).map(([name, [, , usual]]) => [name, String(usual)]),
)

/** @throws {AwsError} `InvalidAttributeName`, `InvalidAttributeValue` */
function checkAttributes(attributes: QueueAttributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const limit = limits[name]
    if (limit !== undefined) checkNumber(name, value, limit)
    else if (name === 'RedrivePolicy') redrivePolicy(attributes)
    else if (!kept.includes(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`)
  }
}

function checkNumber(name: string, value: string, [least, most]: readonly [number, number, number]): void {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return
  throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`)
}

/** The value of one of the numeric attributes. */
export function numericAttribute(attributes: QueueAttributes, name: keyof typeof limits): number {
  return Number(attributes[name] ?? limits[name]?.[2] ?? 0)
}

const redrive = v.object({
  deadLetterTargetArn: v.string(),
  maxReceiveCount: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.transform(Number))]),
    v.integer(),
    v.minValue(1),
    v.maxValue(1000),
  ),
})

type RedrivePolicy = v.InferOutput<typeof redrive>

/** Where messages go that were received too often, or null. @throws {AwsError} `InvalidAttributeValue` */
export function redrivePolicy({ RedrivePolicy: text = '' }: QueueAttributes): RedrivePolicy | null {
  if (text === '') return null
  const parsed = v.safeParse(redrive, jsonOf(text))
  if (parsed.success) return parsed.output
  throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter RedrivePolicy.')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
