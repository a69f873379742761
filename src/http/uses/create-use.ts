import { createEndpoint } from '../../rotation/create-endpoint'
import type { RotationDeps } from '../../rotation/deps'
import { parseJsonObject } from '../body/json-object'
import { readNewEndpoint } from '../body/new-endpoint-body'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { readIdempotency } from '../idempotency-key'
import { revealOutcome } from '../reveal-values'

/** A new endpoint with its first key, revealed. */
export function createUse(deps: RotationDeps, settings: ApiSettings): TenantUse {
  return async call => {
    const { contract: ownContract, tenantId, actor } = call
    const body = parseJsonObject(await readBody(call.request))
    const contracts = ownContract.reach === 'every' ? settings.contracts : [ownContract]
    const { mirror, insecureTargets } = settings
    const created = readNewEndpoint(body, { tenantId, ownContract, contracts, mirror, insecureTargets })
    const idempotency = readIdempotency(call, 'create', body)
    return revealOutcome(await createEndpoint(deps, { ...created, tenantId, actor, idempotency }))
  }
}
