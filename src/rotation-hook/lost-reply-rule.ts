import type { Contract } from '../contracts/contract'

/** What to do when the vendor may have made a secret that nobody has. */
export const lostReplyRules = ['rotate-again', 'stop-and-alarm'] as const
export type LostReplyRule = (typeof lostReplyRules)[number]

/**
 * The rule of a contract. Rotating again heals by itself, and is right wherever it ends no key that is still good: the
 * key that consumers have ended with the lost rotation, or stays for its overlap, or the vendor refuses. Where a second
 * rotation inside an overlap ends the older key, it would end the one that consumers are using: stop.
 */
export function defaultLostReplyRule({ overlap, secondRotation }: Contract): LostReplyRule {
  return overlap.kind !== 'none' && secondRotation.kind === 'replace' ? 'stop-and-alarm' : 'rotate-again'
}
