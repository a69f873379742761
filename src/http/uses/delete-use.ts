import { deleteEndpoint } from '../../endpoints/delete-endpoint'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { loadShownEndpoint } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** The endpoint is gone from now on; a reply that shows it shows what it was. */
export function deleteUse(deps: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      readBody(call)
      await deleteEndpoint(deps, { endpoint, actor: call.actor })
      return outcome(endpointValues(endpoint, health))
    },
  }
}
