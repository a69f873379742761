import type { DeliveryFormat } from '../../src/contracts/contract'
import { failureMessages } from '../../src/delivery/failure'
import type { Row } from './row'
import type { Answer } from './send'

// What an answer says of the receiver.

export type Verdict = 'right' | 'wrong' | 'n/a'

/** A row with what came of it. */
export interface Judged {
  readonly row: Row
  /** Null: nothing was sent. */
  readonly answer: Answer | null
  readonly verdict: Verdict
  /** Why it is wrong or tells nothing; empty where it is right. */
  readonly reason: string
  /** What is wrong with the receiver, where the answer says it: an error or no answer says nothing of its own. */
  readonly fault: string | null
}

/** 2xx, or what the contract takes for delivered. */
export function isAccepted(answer: Answer, { success }: DeliveryFormat): boolean {
  if (answer.kind === 'none') return false
  const { status } = answer
  return success === '2xx' ? status >= 200 && status < 300 : success.includes(status)
}

export function judge(row: Row, answer: Answer, format: DeliveryFormat): Judged {
  const judged = { row, answer, fault: null }
  const wasAccepted = isAccepted(answer, format)
  if (row.mayAccept !== undefined && wasAccepted) return { ...judged, verdict: 'n/a', reason: row.mayAccept }
  const reason = row.must === 'accept' ? unlessAccepted(answer, format) : unlessRefused(answer, format)
  if (reason === '') return { ...judged, verdict: 'right', reason }
  const isTold = row.must === 'accept' ? answer.kind === 'status' : wasAccepted
  return { ...judged, verdict: 'wrong', reason, fault: isTold ? row.fault : null }
}

/** A row of which nothing is sent. */
export function untold(row: Row, reason: string): Judged {
  return { row, answer: null, verdict: 'n/a', reason, fault: null }
}

function unlessAccepted(answer: Answer, format: DeliveryFormat): string {
  if (answer.kind === 'none') return failureMessages[answer.why]
  return isAccepted(answer, format) ? '' : 'not accepted'
}

/** Too early, or too many: such an answer speaks of the moment, and not of the delivery. */
const momentary: readonly number[] = [408, 425, 429]

/**
 * A refusal is a 4xx, or a 503 that says when to send again: a receiver whose newest key may be on its way says so of
 * what no key of its own signed.
 */
function unlessRefused(answer: Answer, format: DeliveryFormat): string {
  if (answer.kind === 'none') return `no refusal: ${failureMessages[answer.why]}`
  const { status, saysWhen } = answer
  if (isAccepted(answer, format)) return 'accepted'
  if (momentary.includes(status)) return 'no refusal: it says try again, whatever was sent'
  if (status >= 400 && status < 500) return ''
  if (status === 503 && saysWhen) return ''
  if (status >= 500) return 'no refusal: an error, after which senders try again'
  return status >= 300 ? 'no refusal: a redirect, which is not followed' : 'no refusal: not an answer to a delivery'
}
