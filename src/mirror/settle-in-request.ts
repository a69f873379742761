import type { Endpoint } from '../endpoints/endpoint'
import type { RotationDeps } from '../rotation/deps'
import type { OpenedKeys } from '../rotation/open-keys'
import { settle } from './settle'

const settleMilliseconds = 2000

/** Settles within the request that made the change. What fails is the sweep's: the change is committed already. */
export async function settleInRequest(deps: RotationDeps, endpoint: Endpoint, opened: OpenedKeys): Promise<Endpoint> {
  try {
    return await settle(deps, endpoint, { opened, signal: deps.timeout(settleMilliseconds) })
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('settling is left to the sweep', { endpointId: endpoint.id, error: name })
    return endpoint
  }
}
