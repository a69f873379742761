import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Received } from './receiver'

/**
 * Which of the secrets signed the delivery: for each signature in it, in order, the secret's place in the list, or -1.
 * Worked out by the library where there is one, and by the vendor's own documentation where not.
 */
export function signersOf(contract: string, received: Received, secrets: readonly string[]): readonly number[] {
  const rule = rules[contract]
  if (rule === undefined) throw new RangeError(`no rule for ${contract}`)
  return rule(received, secrets)
}

type Rule = (received: Received, secrets: readonly string[]) => readonly number[]

/** One signature a live secret, by the library `standardwebhooks`. */
const standard: Rule = ({ headers, body }, secrets) => {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  const expected = secrets.map(secret => new Webhook(secret).sign(String(headers['webhook-id']), at, body))
  return String(headers['webhook-signature'])
    .split(' ')
    .map(signature => expected.indexOf(signature))
}

/** Key bytes: the secret's text in UTF-8. */
function hmac(secret: string, content: string): string {
  return createHmac('sha256', Buffer.from(secret, 'utf8')).update(content, 'utf8').digest('hex')
}

const rules: Readonly<Record<string, Rule>> = {
  keyturn: standard,
  thesignup: standard,
  teambattles: standard,
  // Both headers: `sha256=` over the body, and over `<timestamp>.<org_id>.<body>`.
  tumban: ({ headers, body }, secrets) => {
    const signed = `${String(headers['x-tumban-timestamp'])}.${String(headers['x-tumban-org-id'])}.${body}`
    const older = secrets.findIndex(secret => headers['x-tumban-signature'] === `sha256=${hmac(secret, body)}`)
    const newer = secrets.findIndex(secret => headers['x-tumban-signature-v2'] === `sha256=${hmac(secret, signed)}`)
    return older === newer ? [newer] : [older, newer]
  },
  storno: ({ headers, body }, secrets) => [
    secrets.findIndex(secret => headers['x-webhook-signature'] === hmac(secret, body)),
  ],
  featurebase: ({ headers, body }, secrets) => {
    const signed = `${String(headers['x-webhook-timestamp'])}.${body}`
    return [secrets.findIndex(secret => headers['x-webhook-signature'] === hmac(secret, signed))]
  },
}
