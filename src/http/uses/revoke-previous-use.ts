import type { RotationDeps } from '../../rotation/deps'
import { revokePreviousKeys } from '../../rotation/revoke-previous-keys'
import type { ApiSettings, TenantUse } from '../call'
import { readCallBody } from '../call-body'
import { readIdempotency } from '../idempotency-key'
import { loadEndpoint } from '../load-endpoint'
import { outcome } from '../use-reply'

/** Every key but the current one ends. The body is ignored. */
export function revokePreviousUse(deps: RotationDeps, { contracts }: ApiSettings): TenantUse {
  return async call => {
    const endpoint = await loadEndpoint(deps.store, contracts, call)
    await readCallBody(call)
    const idempotency = readIdempotency(call, 'revoke-previous', {})
    const { version, revokedKeyIds } = await revokePreviousKeys(deps, { endpoint, actor: call.actor, idempotency })
    return outcome({ version, revokedKeyIds })
  }
}
