import { randomUUID } from 'node:crypto'
import type { QueuedMessage } from './message'
import { TenantShares } from './tenant-shares'
import { timeHeap } from './time-heap'

/** The attributes that a queue's owner sets, as text. */
export type QueueAttributes = Readonly<Record<string, string>>

/** One standard queue in memory. Every time is in milliseconds since 1970. */
export class Queue {
  readonly name: string
  readonly region: string
  attributes: QueueAttributes
  readonly #messages = new Map<string, QueuedMessage>()
  /** Visible ones by their message group, in the order in which they became so. */
  readonly #visible = new Map<string, Set<QueuedMessage>>()
  #shown = 0
  readonly #hidden = timeHeap<QueuedMessage>()
  readonly #shares = new TenantShares()
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

  remove(message: QueuedMessage, now: number): void {
    this.#endFlight(message, now)
    this.#messages.delete(message.id)
    this.#unshow(message)
  }

  /** Visible again at `until`; at once where that is past. */
  hide(message: QueuedMessage, until: number): void {
    message.visibleAt = until
    this.#unshow(message)
    const next = this.#hidden.next()
    this.#hidden.push(until, message)
    if (next === null || until < next) for (const wake of this.#watchers) wake()
  }

  /**
   * The messages that come next, at most `count`: those of quiet tenants in the order in which they became visible, then
   * those of the noisy tenants that have the fewest in flight. They stay visible.
   */
  next(count: number, now: number): readonly QueuedMessage[] {
    const shown = [...this.#hidden.take(now)].filter(message => this.#isVisible(message, now))
    for (const message of shown.toSorted(bySequence)) this.#show(message, now)
    const tenants = [...this.#visible.keys()].map(groupId => ({ groupId, noise: this.#noiseOf(groupId, now) }))
    const quiet = tenants.filter(({ noise }) => noise === 0).map(({ groupId }) => this.#visibleOf(groupId))
    const noisy = tenants.filter(({ noise }) => noise > 0).toSorted((a, b) => a.noise - b.noise)
    const next = [...firstOf(quiet, count)]
    for (const { groupId } of noisy) next.push(...firstOf([this.#visibleOf(groupId)], count - next.length))
    return next
  }

  /** Marks a message as received, hides it, and returns its new handle. */
  receive(message: QueuedMessage, { now, until }: { readonly now: number; readonly until: number }): string {
    const handle = `${message.id}#${randomUUID()}`
    message.receiveCount += 1
    message.firstReceivedAt ??= now
    message.receiptHandle = handle
    this.#endFlight(message, now)
    message.inFlightSince = now
    this.#shares.begin(tenantOf(message))
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

  #show(message: QueuedMessage, now: number): void {
    this.#endFlight(message, now)
    this.#shown += 1
    message.shownAs = this.#shown
    const groupId = message.groupId ?? withoutGroup
    this.#visible.set(groupId, this.#visibleOf(groupId).add(message))
  }

  #unshow(message: QueuedMessage): void {
    const groupId = message.groupId ?? withoutGroup
    const visible = this.#visibleOf(groupId)
    visible.delete(message)
    if (visible.size === 0) this.#visible.delete(groupId)
  }

  #visibleOf(groupId: string): Set<QueuedMessage> {
    return this.#visible.get(groupId) ?? new Set()
  }

  /** 0 for a quiet tenant, else more the more it has in flight. A message without a group is a tenant of its own. */
  #noiseOf(groupId: string, now: number): number {
    const isNoisy = groupId !== withoutGroup && this.#shares.isNoisy(groupId, now)
    return isNoisy ? this.#shares.inFlight(groupId) + 1 : 0
  }

  #endFlight(message: QueuedMessage, now: number): void {
    if (message.inFlightSince === null) return
    this.#shares.end(tenantOf(message), now - message.inFlightSince, now)
    message.inFlightSince = null
  }

  /** The heap also has times that were put off since, and messages that are gone. */
  #isVisible(message: QueuedMessage, now: number): boolean {
    return this.#messages.get(message.id) === message && message.visibleAt <= now
  }
}

function bySequence(one: QueuedMessage, other: QueuedMessage): number {
  return one.visibleAt - other.visibleAt || one.sequence - other.sequence
}

const withoutGroup = ''

/** A message without a group is a tenant of its own: no group's id has a space. */
function tenantOf({ groupId, id }: QueuedMessage): string {
  return groupId ?? `message ${id}`
}

/** The first `count` of all these messages, in the order in which they became visible. */
function firstOf(tenants: readonly ReadonlySet<QueuedMessage>[], count: number): readonly QueuedMessage[] {
  const heads = tenants.flatMap(messages => [...take(messages, count)])
  return heads.toSorted((a, b) => a.shownAs - b.shownAs).slice(0, count)
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count
  for (const item of items) {
    if (left <= 0) return
    left -= 1
    yield item
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
