import type { Endpoint } from '../../endpoints/endpoint'
import { mirrorName, mirrorState } from '../../mirror/mirror-state'
import { policyState } from '../../mirror/settle-policy'
import { isLive } from '../../rotation/key-ring'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { loadEndpoint } from '../load-endpoint'
import type { Values } from '../render-shape'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** The live keys of an endpoint without their secrets, and how its mirror is. */
export function secretStateUse(
  { store, now }: Pick<EndpointDeps, 'store' | 'now'>,
  { contracts, stage }: ApiSettings,
): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const endpoint = await loadEndpoint(store, contracts, call)
      readBody(call)
      return outcome(secretState(endpoint, stage, now()))
    },
  }
}

/** Null, and so left out, where nobody outside the account reads the mirror or ever did. */
function shownPolicy(endpoint: Endpoint): Values | null {
  const { settings, settling } = endpoint
  if (settings.consumers.length === 0 && settling.policy === undefined) return null
  return { state: policyState(endpoint), error: settling.policy?.error ?? null }
}

function secretState(endpoint: Endpoint, stage: string, now: Date): Values {
  const { ring, settling } = endpoint
  const live = ring.keys.filter(key => isLive(key, now))
  return {
    version: ring.version,
    secretHint: ring.keys[0].hint,
    keys: live.map(({ id, createdAt, expiresAt }) => ({ id, createdAt, expiresAt })),
    mirror: {
      state: mirrorState(endpoint),
      name: mirrorName(stage, endpoint.tenantId, endpoint.id),
      error: settling.error,
    },
    policy: shownPolicy(endpoint),
  }
}
