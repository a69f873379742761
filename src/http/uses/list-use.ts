import { readBody } from '../body/read-body'
import type { TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { cursorOf, readPageRequest } from '../page-request'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-uses'

/** A page of the tenant's endpoints. Where a contract sees its own alone, a page can be short and still have a next. */
export function listUse({ store }: Pick<EndpointDeps, 'store'>): TenantUse {
  return async ({ contract, tenantId, request }) => {
    await readBody(request)
    const { items, next } = await store.list(tenantId, readPageRequest('endpoints', request))
    const seen = items.filter(endpoint => contract.reach === 'every' || endpoint.contract === contract.name)
    return outcome({ endpoints: seen.map(endpointValues), nextCursor: cursorOf('endpoints', next) })
  }
}
