import { standardDelivery } from '../contracts/delivery-format'
import { attemptResult, type AttemptResult } from './attempt-result'
import type { AttemptRecord } from './attempt-record'
import type { DeliveryDeps } from './deps'
import type { DeliveryRequest, NoReply, ReceiverReply } from './send'
import { signedRequest, type Addressed } from './signed-request'
import { newId } from "../core/id";

/** One attempt that was made. */
export interface Attempt {
  readonly at: Date
  readonly request: DeliveryRequest
  readonly answer: ReceiverReply | NoReply
  readonly result: AttemptResult
  readonly keyIds: readonly string[]
}

/**
 * Signs the message with the keys that are live now, and sends it.
 * @throws when the keys cannot be opened: that is no fault of the receiver and counts for nothing
 */
export async function attempt(
  deps: Pick<DeliveryDeps, 'openKey' | 'send' | 'now'>,
  addressed: Addressed,
): Promise<Attempt> {
  const { request, keyIds } = await signedRequest(deps, addressed)
  const at = deps.now()
  const answer = await deps.send(request)
  const result = attemptResult(addressed.contract.delivery ?? standardDelivery, answer, deps.now())
  return { at, request, answer, result, keyIds }
}

/** The attempt as it is kept for 30 days. */
export function recordOf(
  { at, result, keyIds }: Attempt,
  of: Pick<AttemptRecord, 'messageId' | 'eventType' | 'kind' | 'number'>,
  randomBytes: (count: number) => Buffer,
): AttemptRecord {
  const { durationMs, status, error, response } = result
  return { id: newId('att', randomBytes), ...of, at, durationMs, status, error, response, keyIds }
}
