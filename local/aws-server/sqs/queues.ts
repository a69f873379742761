import { type Changes, type Database, groupedWrites } from '../database'
import { AwsError } from '../wire'
import { type QueuedMessage, queuedMessage, type StoredMessage } from './message'
import { Queue, type QueueAttributes } from './queue'

// All queues and their messages: in memory as `Queue`s, and on the disk.

/** What is sent, deleted or moved is on the disk before the promise is kept; receives are not stored. */
export interface Queues {
  all(): readonly Queue[]
  /** @throws {AwsError} `QueueDoesNotExist` */
  find(region: string, name: string): Queue
  put(queue: Pick<Queue, 'region' | 'name' | 'attributes'>): Promise<Queue>
  send(queue: Queue, message: StoredMessage): Promise<void>
  remove(queue: Queue, message: QueuedMessage, now: number): Promise<void>
  /** Moves it to the end of another queue. */
  move(message: QueuedMessage, from: Queue, to: Queue): Promise<void>
}

const sequenceDigits = 16

// Neither a region nor a queue's name has a space, so the addresses of two queues never run into each other.
const queueAddress = ({ region, name }: Pick<Queue, 'region' | 'name'>): string => `queue ${region} ${name}`
const messageAddress = ({ region, name }: Queue, sequence: number): string =>
  `message ${region} ${name} ${String(sequence).padStart(sequenceDigits, '0')}`

interface StoredQueue {
  readonly region: string
  readonly name: string
  readonly attributes: QueueAttributes
}

/** The queues that the database has. */
export async function openQueues(database: Database): Promise<Queues> {
  const queues = new Map<string, Queue>()
  const write = groupedWrites(database)
  let sequence = 0
  for await (const value of database.values(range('queue '))) {
    // Written below.
    const queue = new Queue(value as StoredQueue)
    queues.set(queueAddress(queue), queue)
  }
  for (const queue of queues.values()) sequence = Math.max(sequence, await load(database, queue))
  const nextSequence = (): number => (sequence += 1)
  return { ...queueOperations(queues, write), ...messageOperations(write, nextSequence) }
}

function range(prefix: string) {
  return { from: prefix, before: `${prefix}\u{ffff}`, descending: false }
}

/** Fills a queue with its messages, and returns their greatest sequence, which is in a message's address and value. */
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

function queueOperations(queues: Map<string, Queue>, write: Database['write']): Pick<Queues, 'all' | 'find' | 'put'> {
  return {
    all: () => [...queues.values()],
    find: (region, name) => {
      const queue = queues.get(queueAddress({ region, name }))
      if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
      return queue
    },
    put: async stored => {
      const { region, name, attributes } = stored
      const queue = queues.get(queueAddress(stored)) ?? new Queue(stored)
      queue.attributes = attributes
      queues.set(queueAddress(queue), queue)
      await write({ put: new Map([[queueAddress(queue), { region, name, attributes }]]), remove: [] })
      return queue
    },
  }
}

function messageOperations(
  write: Database['write'],
  nextSequence: () => number,
): Pick<Queues, 'send' | 'remove' | 'move'> {
  const stored = (queue: Queue, message: StoredMessage, sequence: number): Changes['put'] => {
    const { id, body, attributes, groupId, sentAt, delayedUntil } = message
    const value = { id, body, attributes, groupId, sentAt, delayedUntil, sequence }
    return new Map([[messageAddress(queue, sequence), value]])
  }
  return {
    send: async (queue, message) => {
      const sequence = nextSequence()
      await write({ put: stored(queue, message, sequence), remove: [] })
      queue.add(queuedMessage(message, sequence))
    },
    remove: async (queue, message, now) => {
      queue.remove(message, now)
      await write({ put: new Map(), remove: [messageAddress(queue, message.sequence)] })
    },
    move: async (message, from, to) => {
      from.remove(message, message.visibleAt)
      const sequence = nextSequence()
      const moved = { ...message, delayedUntil: 0 }
      await write({ put: stored(to, moved, sequence), remove: [messageAddress(from, message.sequence)] })
      to.add(queuedMessage(moved, sequence))
    },
  }
}
