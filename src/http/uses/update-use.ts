import { checkConsumers } from '../../endpoints/check-consumers'
import { updateEndpoint } from '../../endpoints/update-endpoint'
import { parseJsonObject } from '../body/json-object'
import { readSettingsChange } from '../body/settings-change'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { contractOf, loadShownEndpoint } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/**
 * An endpoint's settings, changed. A body without fields changes nothing. `status: active` ends a pause by Keyturn as
 * well as one by the owner.
 */
export function updateUse(deps: EndpointDeps, settings: ApiSettings): TenantUse {
  const { contracts, mirror, mirrorReaders, insecureTargets } = settings
  return {
    credential: 'cached',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const body = parseJsonObject(readBody(call))
      const change = readSettingsChange(body, { contract, mirror, insecureTargets })
      checkConsumers(change.consumers ?? [], mirrorReaders)
      if (Object.keys(change).length === 0) return outcome(endpointValues(endpoint, health))
      const updated = await updateEndpoint(deps, { endpoint, actor: call.actor, change })
      if (change.status !== 'active') return outcome(endpointValues(updated, health))
      const { tenantId, id: endpointId, incarnation } = updated
      await deps.health.resume({ tenantId, endpointId, incarnation })
      return outcome(endpointValues(updated, { ...health, consecutiveFailures: 0, pausedAt: null, pausedReason: null }))
    },
  }
}
