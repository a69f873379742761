import type { DeliveryQueue } from '../../delivery/delivery-queue'
import type { AttemptLog, DeliveryStore } from '../../delivery/delivery-store'
import type { HealthStore } from '../../delivery/health-store'
import type { AuditLog, EndpointStore } from '../../endpoints/endpoint-store'
import type { ApiSettings, Uses } from '../call'
import { outcome } from '../use-reply'
import { attemptsUse } from './attempts-use'
import { deleteUse } from './delete-use'
import { deliveriesUse } from './deliveries-use'
import { getUse } from './get-use'
import { listUse } from './list-use'
import { publishUse } from './publish-use'
import { rotationsUse } from './rotations-use'
import { secretStateUse } from './secret-state-use'
import { sendAgainUse } from './send-again-use'
import { updateUse } from './update-use'

/** All that the function `endpoints` reaches outside for: it can open no secret. */
export interface EndpointDeps {
  readonly store: EndpointStore
  readonly audit: Pick<AuditLog, 'list'>
  readonly health: Pick<HealthStore, 'loadAny' | 'loadMany' | 'resume'>
  readonly attempts: Pick<AttemptLog, 'list'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save' | 'recent'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

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
    health: () => Promise.resolve(outcome({ status: 'ok', release: settings.release })),
  }
}
