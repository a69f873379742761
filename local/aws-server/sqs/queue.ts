import { randomUUID } from 'node:crypto'
import type { QueuedMessage } from './message'
import { timeHeap } from './time-heap'

/** The attributes that a queue's owner sets, as text. */
export type QueueAttributes = Readonly<Record<string, string>>

/** One standard queue in memory. Every time is in milliseconds since 1970. */
export class Queue {
  readonly name: string
  readonly region: string
  attributes: QueueAttributes
  readonly #messages = new Map<string, QueuedMessage>()
  /** Visible ones, in the order in which they became so. */
  readonly #visible = new Set<QueuedMessage>()
  readonly #hidden = timeHeap<QueuedMessage>()
  readonly #watchers = new Set<() => void>()

  constructor({ name, region, attributes }: Pick<Queue, 'name' | 'region' | 'attributes'>) {
    this.name = name
    this.region = region
    this.attributes = attributes
  }

  add(message: QueuedMessage): void {
    this.#messages.set(message.id, message)
    this.hide(message, message.visibleAt)
  }

  remove(message: QueuedMessage): void {
    this.#messages.delete(message.id)
    this.#visible.delete(message)
  }

  /** Visible again at `until`; at once where that is past. */
  hide(message: QueuedMessage, until: number): void {
    message.visibleAt = until
    this.#visible.delete(message)
    this.#hidden.push(until, message)
    for (const wake of this.#watchers) wake()
  }

  /** The first messages that are visible, in order, at most `count`. They stay visible. */
  first(count: number, now: number): readonly QueuedMessage[] {
    for (const message of this.#hidden.take(now)) if (this.#isVisible(message, now)) this.#visible.add(message)
    const first: QueuedMessage[] = []
    for (const message of this.#visible) {
      if (first.length === count) break
      first.push(message)
    }
    return first
  }

  /** Marks a message as received, hides it, and returns its new handle. */
  receive(message: QueuedMessage, { now, until }: { readonly now: number; readonly until: number }): string {
    const handle = `${message.id}#${randomUUID()}`
    message.receiveCount += 1
    message.firstReceivedAt ??= now
    message.receiptHandle = handle
    this.hide(message, until)
    return handle
  }

  /** The message of a handle, as long as the queue has it and it was not received again since. */
  byHandle(handle: string): QueuedMessage | undefined {
    const message = this.#messages.get(handle.split('#')[0] ?? '')
    return message?.receiptHandle === handle ? message : undefined
  }

  counts(now: number): QueueCounts {
    const hidden = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt > now)
    const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length
    return { visible: this.#messages.size - hidden.length, inFlight: hidden.length - delayed, delayed }
  }

  /** Calls back whenever a message may have become visible earlier. Returns what ends that. */
  watch(wake: () => void): () => void {
    this.#watchers.add(wake)
    return () => this.#watchers.delete(wake)
  }

  /** When the next hidden message may become visible, or null. */
  nextVisibleAt(): number | null {
    return this.#hidden.next()
  }

  /** The heap also has times that were put off since, and messages that are gone. */
  #isVisible(message: QueuedMessage, now: number): boolean {
    return this.#messages.get(message.id) === message && message.visibleAt <= now
  }
}

/** Counts as `GetQueueAttributes` shows them. */
export interface QueueCounts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

export interface Waiting {
  /** Of `performance.now()`: a caller waits in the time of the machine, whatever the queue's clock says. */
  readonly deadline: number
  /** The queue's clock, in milliseconds since 1970. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Resolves when a message may have become visible, at the deadline, or when the signal aborts. */
export function untilChange(queue: Queue, { deadline, now, signal }: Waiting): Promise<void> {
  const wait = Math.min(deadline - performance.now(), (queue.nextVisibleAt() ?? Infinity) - now())
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(1, wait))
    const unwatch = queue.watch(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
