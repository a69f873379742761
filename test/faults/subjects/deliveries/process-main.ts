import { randomUUID } from 'node:crypto'
import { feedOnce, type QueueLoopOptions } from '../../../../local/queue-loop'
import { lambdaContext, loadHandler } from '../../../../local/worker-runtime'
import { sqsClient } from '../../../../src/aws/clients'
import { sqsQueueFeed } from '../../../../src/aws/sqs-delivery-queue'
import { shiftClock } from '../../../support/clock/shift-clock'

// A process of its own: loads a bundle and hands it what the queues have, one batch of each at a time, as Lambda's
// event source mapping and its runtime do together. It ends once none of them has anything to give.

const [bundle = '', aheadMs = '0', ...queueUrls] = process.argv.slice(2)
const timeoutMs = 60_000

async function workOff(mappings: readonly QueueLoopOptions[]): Promise<void> {
  const poll = { waitSeconds: 0, signal: new AbortController().signal }
  for (;;) {
    const worked = await Promise.all(mappings.map(mapping => feedOnce(mapping, poll)))
    if (worked.every(messages => messages === 0)) return
  }
}

shiftClock(Number(aheadMs))
const handler = loadHandler(bundle)
const client = sqsClient()
const invoke = async (event: object): Promise<unknown> => {
  return handler(event, lambdaContext(randomUUID(), Date.now() + timeoutMs))
}
void workOff(queueUrls.map(queueUrl => ({ feed: sqsQueueFeed({ client, queueUrl }), invoke })))
