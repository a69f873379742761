import type { RingDeps } from './ring-deps'
import { rotateSecret } from '../../rotation/rotate-secret'
import { readRotateChoice } from '../body/rotate-choice'
import type { ApiSettings, TenantUse } from '../call'
import { readIdempotency } from '../idempotency-key'
import { contractOf, loadShownEndpoint } from '../load-endpoint'
import { readRingBody } from '../ring-body'
import { revealOutcome } from '../reveal-values'

/** A new current key, revealed. */
export function rotateUse(deps: RingDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const body = readRingBody(call)
      const choice = readRotateChoice({ body, dialect: call.contract, contract, now: deps.now() })
      const idempotency = readIdempotency(call, 'rotate', body)
      const revealed = await rotateSecret(deps, { endpoint, contract, actor: call.actor, choice, idempotency })
      return revealOutcome(revealed, health)
    },
  }
}
