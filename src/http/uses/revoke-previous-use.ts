import type { RotationDeps } from '../../rotation/deps'
import { revokePreviousKeys } from '../../rotation/revoke-previous-keys'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { readIdempotency } from '../idempotency-key'
import { loadEndpoint } from '../load-endpoint'

/** Every key but the current one ends. The body is ignored. */
export function revokePreviousUse(deps: RotationDeps, { contracts }: ApiSettings): TenantUse {
  return async call => {
    const endpoint = await loadEndpoint(deps.store, contracts, call)
    await readBody(call.request)
    const idempotency = readIdempotency(call, 'revoke-previous', {})
    const { replayed, ...values } = await revokePreviousKeys(deps, { endpoint, actor: call.actor, idempotency })
    return { values, replayed }
  }
}
