import type { AwsCall } from '../wire'
import type { Queues } from './queues'

/** What an operation works with. */
export interface SqsContext {
  readonly queues: Queues
  readonly region: string
  /** The host that the caller reached this by, for queue URLs. */
  readonly host: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Aborts when the caller hangs up or the endpoint is to close: a wait ends then. */
  readonly signal: AbortSignal
}
/** One operation of SQS: the members of its reply. @throws {AwsError} every refusal */
export type SqsOperation = (context: SqsContext, input: AwsCall['input']) => Promise<object>
