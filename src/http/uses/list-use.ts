import { neverDelivered } from '../../delivery/delivery-health'
import { readBody } from '../body/read-body'
import type { TenantUse } from '../call'
import { endpointValues } from '../endpoint-values'
import { cursorOf, readPageRequest } from '../page-request'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** A page of the tenant's endpoints. Where a contract sees its own alone, a page can be short and still have a next. */
export function listUse({ store, health }: Pick<EndpointDeps, 'store' | 'health'>): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { contract, operation, tenantId, request } = call
      readBody(call)
      const { items, next } = await store.list(tenantId, readPageRequest('endpoints', operation, request))
      const seen = items.filter(endpoint => contract.reach === 'every' || endpoint.contract === contract.name)
      const lives = seen.map(({ id: endpointId, incarnation }) => ({ tenantId, endpointId, incarnation }))
      const found = await health.loadMany(lives)
      const endpoints = seen.map(endpoint => endpointValues(endpoint, found.get(endpoint.id) ?? neverDelivered))
      return outcome({ endpoints, nextCursor: cursorOf('endpoints', next) })
    },
  }
}
