import { newId } from '../core/id'
import { assertRoomForChange } from './budget'
import { applyChange } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint, EndpointSettings, SettingsChange } from './endpoint'
import type { RotationDeps } from './ports'

export interface UpdateRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly change: SettingsChange
}

/**
 * Changes an endpoint's settings. The sweep settles it.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`, `rotation-budget`
 */
export async function updateEndpoint(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  { endpoint, actor, change }: UpdateRequest,
): Promise<Endpoint> {
  const changeId = newId('chg', deps.randomBytes)
  const draft = { id: changeId, kind: 'update', actor, reason: null, overlapSeconds: 0, idempotency: null } as const
  const apply = (stored: Endpoint, at: Date): Endpoint => {
    assertRoomForChange(stored, at)
    return applyChange(stored, draft, { settings: changed(stored.settings, change) }, at)
  }
  const committed = await commitChange(deps, endpoint, { changeId, idempotency: null, apply })
  return committed.endpoint
}

function changed(settings: EndpointSettings, change: SettingsChange): EndpointSettings {
  return { ...settings, ...change, requestConfig: { ...settings.requestConfig, ...change.requestConfig } }
}
