import type { ApiSettings, Uses } from '../call'
import { attemptsUse } from './attempts-use'
import { deleteUse } from './delete-use'
import { deliveriesUse } from './deliveries-use'
import type { EndpointDeps } from './endpoint-deps'
import { getUse } from './get-use'
import { healthUse } from './health-use'
import { listUse } from './list-use'
import { publishUse } from './publish-use'
import { rotationsUse } from './rotations-use'
import { secretStateUse } from './secret-state-use'
import { sendAgainUse } from './send-again-use'
import { updateUse } from './update-use'

/** What the function `endpoints` serves: reads, changes of settings, and what only puts something into the queue. */
export function endpointUses(deps: EndpointDeps, settings: ApiSettings): Uses {
  return {
    list: listUse(deps),
    get: getUse(deps, settings),
    update: updateUse(deps, settings),
    delete: deleteUse(deps, settings),
    'secret-state': secretStateUse(deps, settings),
    rotations: rotationsUse(deps, settings),
    publish: publishUse(deps),
    deliveries: deliveriesUse(deps, settings),
    attempts: attemptsUse(deps, settings),
    'send-again': sendAgainUse(deps),
    health: healthUse(settings),
  }
}
