import type { AuditLog, EndpointStore } from '../../endpoints/endpoint-store'
import type { ApiSettings, Uses } from '../call'
import { outcome } from '../use-reply'
import { deleteUse } from './delete-use'
import { getUse } from './get-use'
import { listUse } from './list-use'
import { rotationsUse } from './rotations-use'
import { secretStateUse } from './secret-state-use'
import { updateUse } from './update-use'

/** All that the function `endpoints` reaches outside for: it can open no secret. */
export interface EndpointDeps {
  readonly store: EndpointStore
  readonly audit: Pick<AuditLog, 'list'>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

/** What the function `endpoints` serves: reads, and changes of settings. */
export function endpointUses(deps: EndpointDeps, settings: ApiSettings): Uses {
  return {
    list: listUse(deps),
    get: getUse(deps, settings),
    update: updateUse(deps, settings),
    delete: deleteUse(deps, settings),
    'secret-state': secretStateUse(deps, settings),
    rotations: rotationsUse(deps, settings),
    health: () => Promise.resolve(outcome({ status: 'ok', release: settings.release })),
  }
}
