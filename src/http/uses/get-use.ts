import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { loadEndpoint } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-uses'

/** One endpoint, without its secret. */
export function getUse({ store }: Pick<EndpointDeps, 'store'>, { contracts }: ApiSettings): TenantUse {
  return async call => {
    const endpoint = await loadEndpoint(store, contracts, call)
    await readBody(call.request)
    return outcome(endpointValues(endpoint))
  }
}
