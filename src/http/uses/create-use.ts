import { neverDelivered, type DeliveryHealth } from '../../delivery/delivery-health'
import { checkConsumers } from '../../endpoints/check-consumers'
import { createEndpoint } from '../../rotation/create-endpoint'
import type { RingDeps } from './ring-deps'
import type { Revealed } from '../../rotation/revealed'
import { parseJsonObject } from '../body/json-object'
import { readNewEndpoint } from '../body/new-endpoint-body'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { readIdempotency } from '../idempotency-key'
import { revealOutcome } from '../reveal-values'
import { healthOf } from '../shown-health'

/** A new endpoint with its first key, revealed. */
export function createUse(deps: RingDeps, settings: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { contract: ownContract, tenantId, actor } = call
      const body = parseJsonObject(readBody(call))
      const contracts = ownContract.reach === 'every' ? settings.contracts : [ownContract]
      const { mirror, insecureTargets } = settings
      const created = readNewEndpoint(body, { tenantId, ownContract, contracts, mirror, insecureTargets })
      checkConsumers(created.settings.consumers, settings.mirrorReaders)
      const idempotency = readIdempotency(call, 'create', body)
      const revealed = await createEndpoint(deps, { ...created, tenantId, actor, idempotency })
      return revealOutcome(revealed, await healthOfCreated(deps, revealed))
    },
  }
}

/** An endpoint that an earlier request made may have had deliveries since. */
async function healthOfCreated({ health }: RingDeps, { endpoint, replayed }: Revealed): Promise<DeliveryHealth> {
  if (!replayed) return neverDelivered
  return healthOf(endpoint, await health.loadAny({ tenantId: endpoint.tenantId, endpointId: endpoint.id }))
}
