import type { QueueMessage } from './queue-message'

export interface Queued {
  readonly message: QueueMessage
  /** 0…900. */
  readonly delaySeconds: number
}

/** The longest delay that the queue itself can keep. */
export const longestDelaySeconds = 900

export interface DeliveryQueue {
  /** @throws when any message was not taken */
  send(messages: readonly Queued[]): Promise<void>
  /** Puts a message into the dead-letter queue. */
  bury(message: QueueMessage): Promise<void>
}
