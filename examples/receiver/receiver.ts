// In a project of your own: 'keyturn/secrets-manager' and 'keyturn/verify'.
import type { MirroredSecrets } from '../../src/secrets-manager'
import { WebhookVerificationError } from '../../src/verify'
import type { DeliveryHeaders, Scheme } from '../../src/verify'

export interface ReceiverOptions {
  readonly secrets: MirroredSecrets
  /** How the sender signs; Standard Webhooks by default. */
  readonly scheme?: Scheme | undefined
  /** Called with each genuine delivery. A sender repeats what it got no answer to, so this must bear repeats. */
  readonly accept: (body: Uint8Array) => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export type Receiver = (body: Uint8Array, headers: DeliveryHeaders) => Promise<Answer>

const accepted: Answer = { status: 204, headers: {} }
const refused: Answer = { status: 401, headers: {} }
const tryAgain: Answer = { status: 503, headers: { 'retry-after': '1' } }

/**
 * Answers one delivery. Where no live secret signed it, the answer is 503: it may be genuine, signed with a secret that
 * has not arrived here yet, and the sender's next attempt will pass. A forged one passes no attempt. The same goes where
 * there is no secret to verify with, or one that is malformed: the fault is on this side.
 */
export function receiver({ secrets, scheme, accept }: ReceiverOptions): Receiver {
  return async (body, headers) => {
    try {
      await secrets.verify(body, headers, { scheme })
    } catch (error) {
      return isHopeless(error) ? refused : tryAgain
    }
    await accept(body)
    return accepted
  }
}

/** No other secret would make the delivery pass. */
function isHopeless(error: unknown): boolean {
  if (!(error instanceof WebhookVerificationError)) return false
  return error.code !== 'no-matching-signature' && error.code !== 'empty-secret'
}
