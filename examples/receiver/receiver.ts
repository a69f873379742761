// In a project of your own, import from 'keyturn/secrets-manager' and 'keyturn/verify'.
import type { MirroredSecrets } from '../../src/secrets-manager'
import { WebhookVerificationError } from '../../src/verify'
import type { DeliveryHeaders, Scheme } from '../../src/verify'

export interface ReceiverOptions {
  readonly secrets: MirroredSecrets
  /** How the sender signs; Standard Webhooks by default. */
  readonly scheme?: Scheme | undefined
  /** Called with each genuine delivery. Senders repeat a delivery that got no answer, so it must bear repeats. */
  readonly accept: (body: Uint8Array) => Promise<void>
  /** Told why a delivery is answered 503; `console.error` by default. The error holds no secret and no header's value. */
  readonly onTryAgain?: ((error: unknown) => void) | undefined
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export type Receiver = (body: Uint8Array, headers: DeliveryHeaders | null | undefined) => Promise<Reply>

const accepted: Reply = { status: 204, headers: {} }
const refused: Reply = { status: 401, headers: {} }
const tryAgain: Reply = { status: 503, headers: { 'retry-after': '1' } }

/**
 * Verifies each delivery, hands on the genuine ones, and answers. A delivery that no live secret signed gets 503, not 401:
 * it may be signed with a secret that has not arrived here yet, and then the sender's next attempt will pass. A forged
 * delivery never passes. The answer is also 503 where there is no secret to verify with, or malformed ones alone: that is
 * the receiver's own fault. Whatever is answered 503 is logged.
 */
export function receiver({ secrets, scheme, accept, onTryAgain = logTryAgain }: ReceiverOptions): Receiver {
  return async (body, headers) => {
    try {
      await secrets.verify(body, headers, { scheme })
    } catch (error) {
      if (isHopeless(error)) return refused
      onTryAgain(error)
      return tryAgain
    }
    await accept(body)
    return accepted
  }
}

function logTryAgain(error: unknown): void {
  console.error('a delivery is answered 503', error)
}

/** Whether no other secret would make the delivery pass. */
function isHopeless(error: unknown): boolean {
  if (!(error instanceof WebhookVerificationError)) return false
  return error.code !== 'no-matching-signature' && error.code !== 'empty-secret'
}
