import type { DeliveryFormat } from '../contracts/contract'
import { standardDelivery } from '../contracts/defaults'
import { cutText } from '../core/cut-text'
import { newId } from '../core/id'
import { type FailureKind, failureMessages } from './failure'
import type { DeliveryRequest, NoReply, ReceiverReply } from './http-sender'
import type { DeliveryDeps } from './ports'
import { retryAfterSeconds } from './retry'
import { type Addressed, signedRequest } from './signed-request'

/** One attempt that was made. */
export interface Attempt {
  readonly at: Date
  readonly request: DeliveryRequest
  readonly reply: ReceiverReply | NoReply
  readonly result: AttemptResult
  readonly keyIds: readonly string[]
}

/**
 * Signs the message with the keys that are live now, or with the one that is given, and sends it.
 * @throws when the keys cannot be opened, the resolver is away, or this process held the attempt up: that is no fault of
 * the receiver and counts for nothing
 */
export async function attempt(
  deps: Pick<DeliveryDeps, 'openKey' | 'send' | 'now' | 'log'>,
  addressed: Addressed,
): Promise<Attempt> {
  const { request, keyIds } = await signedRequest(deps, addressed)
  const at = deps.now()
  const reply = await deps.send(request)
  const result = attemptResult(addressed.contract.delivery ?? standardDelivery, reply, deps.now())
  return { at, request, reply, result, keyIds }
}

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
  /** The start of the receiver's reply, at most 1,024 characters. */
  readonly response: string
}

const responseCharacters = 1024
const nothing = { retryAfterSeconds: null, gone: false, response: '' } as const

/** What a reply means by the contract, or that none came. */
export function attemptResult({ success }: DeliveryFormat, reply: ReceiverReply | NoReply, now: Date): AttemptResult {
  const { durationMs } = reply
  if (reply.kind === 'none') {
    const { error } = reply
    return { error, message: failureMessages[error], status: null, durationMs, ...nothing }
  }
  const { status, headers, body } = reply
  const delivered = success === '2xx' ? status >= 200 && status < 300 : success.includes(status)
  return {
    error: delivered ? null : 'status',
    message: delivered ? 'Success' : `The receiver answered ${status}`,
    status,
    durationMs,
    retryAfterSeconds: delivered ? null : retryAfterSeconds(headers['retry-after'], now),
    gone: status === 410,
    response: cutText(body, responseCharacters),
  }
}

/** One attempt as it is listed for 30 days. Holds no payload and no secret. */
export interface AttemptRecord {
  readonly id: string
  readonly messageId: string
  readonly eventType: string
  /** `test`: asked for by hand. `probe`: part of a probe. Both count towards nothing. */
  readonly kind: 'delivery' | 'test' | 'probe'
  /** From 1. */
  readonly number: number
  readonly at: Date
  readonly durationMs: number
  /** The receiver's HTTP status; null when none came. */
  readonly status: number | null
  /** Null: delivered. */
  readonly error: FailureKind | null
  /** The start of the receiver's reply, at most 1,024 characters. */
  readonly response: string
  /** The keys that signed, newest first; none where a key of nobody did. */
  readonly keyIds: readonly string[]
}

/** The record of an attempt. `about`: what the attempt itself does not know. */
export function recordOf(
  { at, result, keyIds }: Attempt,
  about: Pick<AttemptRecord, 'messageId' | 'eventType' | 'kind' | 'number'>,
  randomBytes: (count: number) => Buffer,
): AttemptRecord {
  const { durationMs, status, error, response } = result
  return { id: newId('att', randomBytes), ...about, at, durationMs, status, error, response, keyIds }
}
