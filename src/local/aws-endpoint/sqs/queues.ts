import { AwsError } from '../aws-error'
import type { Changes, Database } from '../database'
import { groupedWrites, type Write } from './grouped-writes'
import { queuedMessage, type QueuedMessage, type StoredMessage } from './message'
import { Queue } from './queue'
import type { QueueAttributes } from './queue-attributes'

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
