import type { AttemptRecord } from '../../delivery/attempt-record'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { loadEndpoint } from '../load-endpoint'
import { cursorOf, readPageRequest } from '../page-request'
import type { Values } from '../render-shape'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** What was sent to an endpoint and what it answered, newest first, tests included. */
export function attemptsUse({ store, attempts }: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, call)
      readBody(call)
      const page = readPageRequest('attempts', call.operation, call.request)
      const { items, next } = await attempts.list({ tenantId, endpointId }, page)
      return outcome({ attempts: items.map(attemptValues), nextCursor: cursorOf('attempts', next) })
    },
  }
}

function attemptValues(attempt: AttemptRecord): Values {
  return { ...attempt }
}
