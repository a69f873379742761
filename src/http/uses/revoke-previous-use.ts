import type { RotationDeps } from '../../rotation/deps'
import { revokePreviousKeys } from '../../rotation/revoke-previous-keys'
import { fieldsOf } from '../body/fields'
import type { ApiSettings, TenantUse } from '../call'
import { readIdempotency } from '../idempotency-key'
import { loadEndpoint } from '../load-endpoint'
import { readRingBody } from '../ring-body'

/** Every key but the current one ends. The body has no fields. */
export function revokePreviousUse(deps: RotationDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const endpoint = await loadEndpoint(deps.store, contracts, call)
      fieldsOf(readRingBody(call), call.contract.rotateBody?.unknownFields ?? 'ignore').finish()
      const idempotency = readIdempotency(call, 'revoke-previous', {})
      const { replayed, ...values } = await revokePreviousKeys(deps, { endpoint, actor: call.actor, idempotency })
      return { values, replayed }
    },
  }
}
