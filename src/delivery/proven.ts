import type { DeliveryHealth } from './delivery-health'

/** Whoever answers later takes a slot that its tenant has for slow receivers. */
export const promptMs = 5000

type Record = Pick<DeliveryHealth, 'lastSuccessAt' | 'errorsSinceLastSuccess' | 'lastResponseTimeMs'>

/**
 * Whether an endpoint is known to answer soon: it took the last attempt, within 5 s. Neither a resume nor a rotation
 * makes one that failed proven again.
 */
export function isProven({ lastSuccessAt, errorsSinceLastSuccess, lastResponseTimeMs }: Record): boolean {
  return lastSuccessAt !== null && errorsSinceLastSuccess === 0 && (lastResponseTimeMs ?? 0) <= promptMs
}
