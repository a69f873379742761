import { allDone } from '../core/concurrency'
import { scrubbedError } from '../core/log'
import { deliver } from './deliver'
import { fanOut } from './fan-out'
import type { DeliveryDeps } from './ports'
import { parseQueueMessage } from './queue-message'
import { recover } from './recover'
import { testPaused } from './test-paused'

/** One message as the queue hands it over. */
export interface QueueRecord {
  /** The queue's own id; the same each time it comes. */
  readonly messageId: string
  readonly body: string
}

/** Works on a batch of messages at once. Returns the ids of those that are to come again. */
export async function workQueue(deps: DeliveryDeps, records: readonly QueueRecord[]): Promise<readonly string[]> {
  const failed = await allDone(records.map(record => workOn(deps, record)))
  return failed.flatMap(id => id ?? [])
}

async function workOn(deps: DeliveryDeps, { messageId, body }: QueueRecord): Promise<string | null> {
  try {
    const message = parseQueueMessage(body)
    if (message.kind === 'event') await fanOut(deps, { ...message, id: message.id ?? `evt_${messageId}` })
    else if (message.kind === 'delivery') await deliver(deps, message)
    else if (message.kind === 'recover') await recover(deps, message)
    else await testPaused(deps, message)
    return null
  } catch (error) {
    deps.log.error('a queue message failed', { queueMessageId: messageId, ...scrubbedError(error) })
    return messageId
  }
}
