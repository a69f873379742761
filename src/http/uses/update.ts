import type { HealthStore } from '../../delivery/health'
import type { EndpointStore } from '../../rotation/ports'
import { type SettingsDeps, updateEndpoint } from '../../rotation/update'
import { type JsonObject, readPermittedObject } from '../body/json'
import { withoutPlaces } from '../body/request-fields'
import { checkConsumers, isSetting, readSettingsChange } from '../body/settings'
import { endpointValues } from '../endpoint-values'
import { contractOf, loadShownEndpoint } from '../load-endpoint'
import { type Outcome, outcome } from '../reply'
import type { ApiSettings, PermittedRequest } from '../request'

// Served by `endpoints`, and by `rotate` where only some requests of a route rotate.

/** What a change of settings reaches outside for. */
export interface UpdateDeps extends SettingsDeps {
  readonly store: EndpointStore
  readonly health: Pick<HealthStore, 'loadAny' | 'resume'>
}

/**
 * An endpoint's settings, changed. A body without fields changes nothing. `status: active` ends a pause by Keyturn as
 * well as one by the owner.
 */
export async function update(deps: UpdateDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contracts, mirror, mirrorReaders, insecureTargets } = settings
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  const contract = contractOf(contracts, endpoint)
  const body = withoutWhen(request, readPermittedObject(request))
  const change = readSettingsChange(body, { contract, mirror, insecureTargets })
  checkConsumers(change.consumers ?? [], mirrorReaders)
  if (Object.keys(change).length === 0) return outcome(endpointValues(endpoint, health, request))
  const resumes = change.status === 'active' && health.pausedAt !== null
  const updated = await updateEndpoint(deps, { endpoint, actor: request.actor, change, resumes })
  if (change.status !== 'active') return outcome(endpointValues(updated, health, request))
  const { tenantId, id: endpointId, incarnation } = updated
  await deps.health.resume({ tenantId, endpointId, incarnation })
  const resumed = { ...health, consecutiveFailures: 0, pausedAt: null, pausedReason: null }
  return outcome(endpointValues(updated, resumed, request))
}

/** The body without what would make the request another operation of the same route, and does not. A setting stays one. */
function withoutWhen({ contract, operation }: PermittedRequest, body: JsonObject): JsonObject {
  const { method, path } = operation
  const beside = [...contract.operations].filter(other => other.method === method && other.path === path)
  const places = beside.flatMap(({ when = {} }) => Object.keys(when))
  return withoutPlaces(
    body,
    places.filter(place => !isSetting(place)),
  )
}
