import type { Actor, Change, Endpoint } from '../endpoints/endpoint'
import { mirrorState } from '../mirror/mirror-state'
import type { RotationDeps } from './deps'
import { Problem } from './problem'
import { revealCurrentKey } from './reveal-current'
import { previousEnd } from './key-ring'
import { shownChange, type Revealed } from './revealed'

export interface ReplayRequest {
  readonly endpoint: Endpoint
  /** The change that made the key which is to be revealed once more. */
  readonly change: Change
  readonly actor: Actor
}

/**
 * Reveals the key of an earlier change once more. What has ended since, by its time or by a revoke, is told as ended.
 * @throws {Problem} `rotation-superseded` when the key is no longer current
 */
export async function replayReveal(deps: RotationDeps, request: ReplayRequest): Promise<Revealed> {
  const { endpoint, change } = request
  if (endpoint.ring.keys[0].id !== change.keyId) {
    throw new Problem('rotation-superseded', 'A later rotation replaced the secret that this request made.')
  }
  const secret = await revealCurrentKey(deps, request)
  const previousExpiresAt = previousEnd(endpoint.ring, deps.now())
  return { ...shownChange(change), previousExpiresAt, endpoint, secret, mirror: mirrorState(endpoint), replayed: true }
}
