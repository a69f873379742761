import type { SQSEvent } from 'aws-lambda'
import { feedOnce } from '../../../local/queue-loop'
import { sqsDeliveryQueue, sqsQueueFeed } from '../../../src/aws/sqs-delivery-queue'
import { publishEvent } from '../../../src/delivery/event'
import { workQueue } from '../../../src/delivery/work-queue'
import type { Deployment } from '../deliver-process/deployment'
import { subscribe, type Subscribed } from '../deliver-process/subscribe'
import type { Scenario } from './scenario'

/** One event on its way, in a tenant and a queue of its own. */
export interface Subject {
  readonly scenario: Scenario
  /** Also the queue's name. The body of every call about the event has it, and of no other. */
  readonly tenantId: string
  readonly subscribers: readonly Subscribed[]
}

/** Publishes an event and brings it to where the scenario begins. */
export async function prepareSubject(deployment: Deployment, scenario: Scenario, tenantId: string): Promise<Subject> {
  const { queues, receiver, deliveries } = deployment
  const reach = await queues.add(tenantId)
  const urls = Array.from({ length: scenario.subscribers }, (_, at) => `${receiver.url}/${tenantId}/${at}`)
  const subscribers = await Promise.all(urls.map(url => subscribe(deployment, tenantId, url)))
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
