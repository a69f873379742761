import type { SQSEvent } from 'aws-lambda'
import { feedOnce } from '../../../../local/queue-loop'
import { sqsDeliveryQueue, sqsQueueFeed } from '../../../../src/aws/sqs-delivery-queue'
import { publishEvent } from '../../../../src/delivery/event'
import { workQueue } from '../../../../src/delivery/work-queue'
import { type DeliveryBed, subscribe, type Subscribed } from './bed'

/** What a process is doing when it is killed. */
export interface Scenario {
  readonly name: string
  /** Endpoints that get the event. */
  readonly subscribers: number
  /** Queue messages that were worked on before: the event, and so on. */
  readonly workedOff: number
  /** What each subscriber answers, one arrival after the other, where nothing is killed. More get the last. */
  readonly answers: readonly number[]
  /** How the deliveries end. */
  readonly end: 'success' | 'failed'
  /** Calls to AWS that it makes at least, those of its queue included. */
  readonly leastCalls: number
}

export const fanOut: Scenario = {
  name: 'the fan-out of an event',
  subscribers: 2,
  workedOff: 0,
  answers: [200],
  end: 'success',
  leastCalls: 5,
}

export const attempt: Scenario = {
  name: 'an attempt',
  subscribers: 1,
  workedOff: 1,
  answers: [200],
  end: 'success',
  leastCalls: 10,
}

export const failingAttempt: Scenario = {
  name: 'an attempt that fails',
  subscribers: 1,
  workedOff: 1,
  answers: [500, 200],
  end: 'success',
  leastCalls: 11,
}

export const retry: Scenario = {
  name: 'the attempt after one that failed',
  subscribers: 1,
  workedOff: 2,
  answers: [500, 200],
  end: 'success',
  leastCalls: 9,
}

export const givenUp: Scenario = {
  name: 'an attempt after which it is given up',
  subscribers: 1,
  workedOff: 1,
  answers: [410],
  end: 'failed',
  leastCalls: 12,
}

/** One event on its way, in a tenant and a queue of its own. */
export interface PublishedEvent {
  readonly scenario: Scenario
  /** Also the queue's name. The body of every call about the event has it, and of no other. */
  readonly tenantId: string
  readonly subscribers: readonly Subscribed[]
}

/** Publishes an event and brings it to where the scenario begins. */
export async function publishFor(bed: DeliveryBed, scenario: Scenario, tenantId: string): Promise<PublishedEvent> {
  const { queues, receiver, deliveries } = bed
  const reach = await queues.add(tenantId)
  const urls = Array.from({ length: scenario.subscribers }, (_, at) => `${receiver.url}/${tenantId}/${at}`)
  const subscribers = await Promise.all(urls.map(url => subscribe(bed, tenantId, url)))
  receiver.plan(tenantId, scenario.answers)
  const deps = { ...deliveries, queue: sqsDeliveryQueue(reach) }
  await publishEvent(deps, { tenantId, type: 'order.paid', payload: { total: 3 }, id: null })
  const invoke = async (event: object): Promise<unknown> => {
    // What `feedOnce` hands over.
    const failed = await workQueue(deps, (event as SQSEvent).Records)
    return { batchItemFailures: failed.map(itemIdentifier => ({ itemIdentifier })) }
  }
  const poll = { waitSeconds: 0, signal: new AbortController().signal }
  for (let worked = 0; worked < scenario.workedOff;) {
    worked += await feedOnce({ feed: sqsQueueFeed(reach), invoke }, poll)
  }
  return { scenario, tenantId, subscribers }
}
