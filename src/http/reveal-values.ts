import type { RevealField } from '../contracts/shape'
import type { DeliveryHealth } from '../delivery/delivery-health'
import type { Revealed } from '../rotation/revealed'
import { endpointValues } from './endpoint-values'
import type { Value } from './render-shape'
import type { Outcome } from './use-reply'

/** The one place where a secret becomes part of a reply. */
export function revealOutcome(revealed: Revealed, health: DeliveryHealth): Outcome {
  const { endpoint, secret, keyId, version, rotatedAt, previousExpiresAt, mirror, replayed } = revealed
  const values: Record<RevealField, Value> = {
    ...endpointValues(endpoint, health),
    signingSecret: secret.reveal(),
    keyId,
    version,
    rotatedAt,
    previousExpiresAt,
    mirror,
  }
  return { values, replayed }
}
