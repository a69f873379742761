import { assertRoomForChange } from './budget'
import { newDraft } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint, EndpointSettings, SettingsChange } from './endpoint'
import type { RotationDeps } from './ports'

export interface UpdateRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly change: SettingsChange
}

/**
 * Changes an endpoint's settings. The sweep settles the change.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`, `rotation-budget`
 */
export async function updateEndpoint(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  { endpoint, actor, change }: UpdateRequest,
): Promise<Endpoint> {
  const committed = await commitChange(deps, endpoint, {
    draft: newDraft(deps, { kind: 'update', actor }),
    next: (stored, at) => {
      assertRoomForChange(stored, at)
      return { settings: changedSettings(stored.settings, change) }
    },
  })
  return committed.endpoint
}

/** The members of `requestConfig` change one by one; every other setting is replaced as a whole. */
function changedSettings(settings: EndpointSettings, change: SettingsChange): EndpointSettings {
  return { ...settings, ...change, requestConfig: { ...settings.requestConfig, ...change.requestConfig } }
}
