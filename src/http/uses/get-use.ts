import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { loadShownEndpoint } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** One endpoint, without its secret. */
export function getUse(deps: Pick<EndpointDeps, 'store' | 'health'>, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      readBody(call)
      return outcome(endpointValues(endpoint, health))
    },
  }
}
