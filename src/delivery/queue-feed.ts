export interface FedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
}

/** The receiving end of a queue, for what is not a Lambda event source mapping. */
export interface QueueFeed {
  /** At most 10. Waits `waitSeconds`, at most 20, for the first. */
  receive(waitSeconds: number, signal: AbortSignal): Promise<readonly FedMessage[]>
  /** Takes messages out of the queue for good. */
  remove(messages: readonly FedMessage[]): Promise<void>
}

/** A queue whose messages may stay in it. */
export interface LetterQueue extends QueueFeed {
  /** Whoever looks next is to get these messages again, at once. */
  release(messages: readonly FedMessage[]): Promise<void>
}
