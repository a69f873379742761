// In a project of your own, import from 'keyturn/secrets-manager' and 'keyturn/verify'.
import type { MirroredSecretsOptions } from '../../src/secrets-manager'
import { bodyHex, standardWebhooks, type Scheme } from '../../src/verify'

/** How a sender signs, and what its receiver sets `mirroredSecrets` to. */
export interface Sender {
  readonly scheme: Scheme
  readonly options: Pick<MirroredSecretsOptions, 'mismatchIntervalSeconds' | 'maxAgeSeconds'>
}

/**
 * While the rotation hook rotates, the new secret stands under AWSPENDING, and the one before in the document of the new
 * one: `mirroredSecrets` verifies with all of them. GitHub and GitLab send nothing again that was answered 503, so their
 * receivers look for a new secret without delay.
 */
export const senders = {
  /** Standard Webhooks, sent again after a 503. */
  standard: { scheme: standardWebhooks, options: {} },
  /** `X-Hub-Signature-256: sha256=<hex>`. Nothing says when it was sent: remember `X-GitHub-Delivery`. */
  github: {
    scheme: bodyHex({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }),
    options: { mismatchIntervalSeconds: 1 },
  },
  /** `webhook-signature`, from GitLab 19.0 on; not `X-Gitlab-Token`, which is another secret. */
  gitlab: { scheme: standardWebhooks, options: { mismatchIntervalSeconds: 1 } },
} as const satisfies Readonly<Record<string, Sender>>

/** The sender that `SENDER` names. @throws {Error} where it names none */
export function senderOf({ SENDER: name = 'standard' }: Readonly<Record<string, string | undefined>>): Sender {
  const known: Readonly<Record<string, Sender>> = senders
  const sender = Object.hasOwn(known, name) ? known[name] : undefined
  if (sender === undefined) throw new Error(`SENDER must be one of ${Object.keys(senders).join(', ')}`)
  return sender
}
