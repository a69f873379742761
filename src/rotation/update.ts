import { assertRoomForChange, assertRoomForSettings } from './budget'
import { newDraft } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint, EndpointSettings, SettingsChange } from './endpoint'
import type { RotationDeps } from './ports'
import { type PolicyDeps, removeReadersInRequest } from './settle-policy'

/** What changes of settings and deletions reach outside for. They open no secret. */
export type SettingsDeps = PolicyDeps & Pick<RotationDeps, 'store' | 'randomBytes'>

export interface UpdateRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly change: SettingsChange
  /** It ends a pause by Keyturn. */
  readonly resumes?: boolean
}

/**
 * Changes an endpoint's settings. The sweep settles the change, but for read access that it takes away: that is taken
 * within the request.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`, `rotation-budget`
 */
export async function updateEndpoint(
  deps: SettingsDeps,
  { endpoint, actor, change, resumes = false }: UpdateRequest,
): Promise<Endpoint> {
  const committed = await commitChange(deps, endpoint, {
    draft: newDraft(deps, { kind: 'update', actor, ...(resumes && { resumes }) }),
    next: (stored, at) => {
      assertRoomForChange(stored, at)
      const settings = changedSettings(stored.settings, change)
      assertRoomForSettings(stored, settings, at)
      return { settings }
    },
  })
  const mayTakeAccess = change.consumers !== undefined || change.mirror === 'off'
  const hadMirror = endpoint.settings.mirror === 'on'
  return mayTakeAccess && hadMirror ? removeReadersInRequest(deps, committed.endpoint) : committed.endpoint
}

/** The members of `requestConfig` change one by one; every other setting is replaced as a whole. */
function changedSettings(settings: EndpointSettings, change: SettingsChange): EndpointSettings {
  return { ...settings, ...change, requestConfig: { ...settings.requestConfig, ...change.requestConfig } }
}
