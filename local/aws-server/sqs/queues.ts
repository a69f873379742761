import * as v from 'valibot'
import type { Changes, Database } from '../database'
import { AwsError, parseInput } from '../wire'
import { groupedWrites, type Write } from './grouped-writes'
import { type QueuedMessage, queuedMessage, type StoredMessage } from './message'
import type { SqsContext, SqsOperation } from './operation'
import { checkAttributes, Queue, type QueueAttributes, usualAttributes } from './queue'

export const accountId = '000000000000'

/** All queues. What is sent, deleted or moved is on the disk before the promise is kept; receives are not stored. */
export interface Queues {
  readonly all: () => readonly Queue[]
  /** @throws {AwsError} `QueueDoesNotExist` */
  find(region: string, name: string): Queue
  put(queue: Pick<Queue, 'region' | 'name' | 'attributes'>): Promise<Queue>
  send(queue: Queue, message: StoredMessage): Promise<void>
  remove(queue: Queue, message: QueuedMessage): Promise<void>
  /** To the end of another queue. */
  move(message: QueuedMessage, from: Queue, to: Queue): Promise<void>
}

// Neither a region nor a queue's name has a space.
const queueKey = ({ region, name }: Pick<Queue, 'region' | 'name'>): string => `queue ${region} ${name}`
const messageKey = ({ region, name }: Queue, sequence: number): string =>
  `message ${region} ${name} ${String(sequence).padStart(sequenceDigits, '0')}`
const sequenceDigits = 16

interface StoredQueue {
  readonly region: string
  readonly name: string
  readonly attributes: QueueAttributes
}

export async function openQueues(database: Database): Promise<Queues> {
  const queues = new Map<string, Queue>()
  const write = groupedWrites(database)
  let sequence = 0
  for await (const value of database.values(range('queue '))) {
    // Written below.
    const queue = new Queue(value as StoredQueue)
    queues.set(queueKey(queue), queue)
  }
  for (const queue of queues.values()) sequence = Math.max(sequence, await load(database, queue))
  const nextSequence = (): number => (sequence += 1)
  return { ...queueOperations(queues, write), ...messageOperations(write, nextSequence) }
}

function range(prefix: string) {
  return { from: prefix, before: `${prefix}\u{ffff}`, descending: false }
}

/** Returns the greatest sequence. A message is under its sequence, and its value has it too. */
async function load(database: Database, queue: Queue): Promise<number> {
  let last = 0
  for await (const value of database.values(range(`message ${queue.region} ${queue.name} `))) {
    // Written below.
    const { sequence, ...message } = value as StoredMessage & { readonly sequence: number }
    queue.add(queuedMessage(message, sequence))
    last = sequence
  }
  return last
}

function queueOperations(queues: Map<string, Queue>, write: Write): Pick<Queues, 'all' | 'find' | 'put'> {
  return {
    all: () => [...queues.values()],
    find: (region, name) => {
      const queue = queues.get(queueKey({ region, name }))
      if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
      return queue
    },
    put: async stored => {
      const { region, name, attributes } = stored
      const queue = queues.get(queueKey(stored)) ?? new Queue(stored)
      queue.attributes = attributes
      queues.set(queueKey(queue), queue)
      await write({ put: new Map([[queueKey(queue), { region, name, attributes }]]), remove: [] })
      return queue
    },
  }
}

function messageOperations(write: Write, nextSequence: () => number): Pick<Queues, 'send' | 'remove' | 'move'> {
  const stored = (queue: Queue, message: StoredMessage, sequence: number): Changes['put'] => {
    const { id, body, attributes, sentAt, delayedUntil } = message
    return new Map([[messageKey(queue, sequence), { id, body, attributes, sentAt, delayedUntil, sequence }]])
  }
  return {
    send: async (queue, message) => {
      const sequence = nextSequence()
      await write({ put: stored(queue, message, sequence), remove: [] })
      queue.add(queuedMessage(message, sequence))
    },
    remove: async (queue, message) => {
      queue.remove(message)
      await write({ put: new Map(), remove: [messageKey(queue, message.sequence)] })
    },
    move: async (message, from, to) => {
      from.remove(message)
      const sequence = nextSequence()
      const moved = { ...message, delayedUntil: 0 }
      await write({ put: stored(to, moved, sequence), remove: [messageKey(from, message.sequence)] })
      to.add(queuedMessage(moved, sequence))
    },
  }
}

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

/** `http://<host>/000000000000/<name>` */
export function queueUrl(host: string, name: string): string {
  return `http://${host}/${accountId}/${name}`
}

/** The name at the end of a queue's URL: the host may be any that leads here. @throws {AwsError} `QueueDoesNotExist` */
export function queueNameOf(url: string): string {
  const [account, name] = URL.canParse(url) ? new URL(url).pathname.slice(1).split('/') : []
  if (account === accountId && name !== undefined) return name
  throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
}

export function queueArn(region: string, name: string): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`
}
