import { type HealthStore, neverDelivered } from '../../delivery/health'
import type { AttemptLog, DeliveryQueue, DeliveryStore } from '../../delivery/ports'
import type { AuditRecord } from '../../rotation/change'
import { deleteEndpoint } from '../../rotation/delete'
import type { Endpoint } from '../../rotation/endpoint'
import { mirrorName, mirrorState } from '../../rotation/mirror'
import type { AuditLog, EndpointStore } from '../../rotation/ports'
import { isLive } from '../../rotation/ring'
import { policyState } from '../../rotation/settle-policy'
import { checkConsumers, updateEndpoint } from '../../rotation/update'
import { parseJsonObject, readBody } from '../body/json'
import { readSettingsChange } from '../body/settings'
import { endpointValues } from '../endpoint-values'
import { contractOf, loadEndpoint, loadShownEndpoint } from '../load-endpoint'
import { cursorOf, readPageRequest } from '../page-request'
import { outcome, type Values } from '../reply'
import type { ApiSettings, TenantUse, Uses } from '../request'
import { attemptsUse, deliveriesUse, publishUse, sendAgainUse } from './deliveries'
import { healthUse } from './health'

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
    health: healthUse(settings),
  }
}

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

/**
 * An endpoint's settings, changed. A body without fields changes nothing. `status: active` ends a pause by Keyturn as
 * well as one by the owner.
 */
export function updateUse(deps: EndpointDeps, settings: ApiSettings): TenantUse {
  const { contracts, mirror, mirrorReaders, insecureTargets } = settings
  return {
    credential: 'cached',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const body = parseJsonObject(readBody(call))
      const change = readSettingsChange(body, { contract, mirror, insecureTargets })
      checkConsumers(change.consumers ?? [], mirrorReaders)
      if (Object.keys(change).length === 0) return outcome(endpointValues(endpoint, health))
      const updated = await updateEndpoint(deps, { endpoint, actor: call.actor, change })
      if (change.status !== 'active') return outcome(endpointValues(updated, health))
      const { tenantId, id: endpointId, incarnation } = updated
      await deps.health.resume({ tenantId, endpointId, incarnation })
      return outcome(endpointValues(updated, { ...health, consecutiveFailures: 0, pausedAt: null, pausedReason: null }))
    },
  }
}

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

/** The live keys of an endpoint without their secrets, and how its mirror is. */
export function secretStateUse(
  { store, now }: Pick<EndpointDeps, 'store' | 'now'>,
  { contracts, stage }: ApiSettings,
): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const endpoint = await loadEndpoint(store, contracts, call)
      readBody(call)
      return outcome(secretState(endpoint, stage, now()))
    },
  }
}

/** Null, and so left out, where nobody outside the account reads the mirror or ever did. */
function shownPolicy(endpoint: Endpoint): Values | null {
  const { settings, settling } = endpoint
  if (settings.consumers.length === 0 && settling.policy === undefined) return null
  return { state: policyState(endpoint), error: settling.policy?.error ?? null }
}

function secretState(endpoint: Endpoint, stage: string, now: Date): Values {
  const { ring, settling } = endpoint
  const live = ring.keys.filter(key => isLive(key, now))
  return {
    version: ring.version,
    secretHint: ring.keys[0].hint,
    keys: live.map(({ id, createdAt, expiresAt }) => ({ id, createdAt, expiresAt })),
    mirror: {
      state: mirrorState(endpoint),
      name: mirrorName(stage, endpoint.tenantId, endpoint.id),
      error: settling.error,
    },
    policy: shownPolicy(endpoint),
  }
}

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
