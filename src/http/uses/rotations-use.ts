import type { AuditRecord } from '../../endpoints/audit-record'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { loadEndpoint } from '../load-endpoint'
import { cursorOf, readPageRequest } from '../page-request'
import type { Values } from '../render-shape'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** What happened to an endpoint's ring, newest first. */
export function rotationsUse({ store, audit }: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, call)
      readBody(call)
      const { items, next } = await audit.list(
        { tenantId, endpointId },
        readPageRequest('rotations', call.operation, call.request),
      )
      return outcome({ rotations: items.map(rotationValues), nextCursor: cursorOf('rotations', next) })
    },
  }
}

function rotationValues({ id, keyId, version, at, actor, kind, reason, overlapSeconds }: AuditRecord): Values {
  return { id, keyId, version, at, actor: { kind: actor.kind, id: actor.id }, kind, reason, overlapSeconds }
}
