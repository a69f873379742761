import type { DeliveryFormat } from '../contracts/delivery-format'
import { retryAfterSeconds } from './retry-after'
import { failureMessages, type FailureKind, type NoReply, type ReceiverReply } from './send'

/** What one attempt came to. */
export interface AttemptResult {
  /** Null: delivered. */
  readonly error: FailureKind | null
  /** `Success`, or what went wrong. */
  readonly message: string
  readonly status: number | null
  readonly durationMs: number
  readonly retryAfterSeconds: number | null
  /** 410: the receiver wants no more deliveries. */
  readonly gone: boolean
  /** The start of the receiver's answer, at most 1,024 characters. */
  readonly response: string
}

const responseCharacters = 1024

export function attemptResult({ success }: DeliveryFormat, answer: ReceiverReply | NoReply, now: Date): AttemptResult {
  const { durationMs } = answer
  if (answer.kind === 'none') {
    const { error } = answer
    return { error, message: failureMessages[error], status: null, durationMs, ...nothing }
  }
  const { status, headers, body } = answer
  const delivered = success === '2xx' ? status >= 200 && status < 300 : success.includes(status)
  return {
    error: delivered ? null : 'status',
    message: delivered ? 'Success' : `The receiver answered ${status}`,
    status,
    durationMs,
    retryAfterSeconds: delivered ? null : retryAfterSeconds(headers['retry-after'], now),
    gone: status === 410,
    response: body.slice(0, responseCharacters),
  }
}

const nothing = { retryAfterSeconds: null, gone: false, response: '' } as const
