import type { RevealField } from '../../contracts/shape'
import { type DeliveryHealth, type HealthStore, neverDelivered } from '../../delivery/health'
import { createEndpoint } from '../../rotation/create'
import type { RotationDeps } from '../../rotation/ports'
import { revealCurrent, type Revealed } from '../../rotation/reveal'
import { revokePreviousKeys } from '../../rotation/revoke'
import { rotateSecret } from '../../rotation/rotate'
import { checkConsumers } from '../../rotation/update'
import { fieldsOf } from '../body/fields'
import { parseJsonObject, readBody, readRingBody } from '../body/json'
import { readNewEndpoint } from '../body/new-endpoint'
import { readRotateChoice } from '../body/rotation'
import { endpointValues, healthOf } from '../endpoint-values'
import { readIdempotency } from '../idempotency-key'
import { contractOf, loadEndpoint, loadShownEndpoint } from '../load-endpoint'
import type { Outcome, Value } from '../reply'
import type { ApiSettings, TenantUse, Uses } from '../request'

/** All that the function `rotate` reaches outside for. */
export type RingDeps = RotationDeps & { readonly health: Pick<HealthStore, 'loadAny'> }

/** What the function `rotate` serves: everything that reveals a secret or changes a ring. */
export function ringUses(deps: RingDeps, settings: ApiSettings): Uses {
  return {
    create: createUse(deps, settings),
    rotate: rotateUse(deps, settings),
    'revoke-previous': revokePreviousUse(deps, settings),
    reveal: revealUse(deps, settings),
  }
}

/** A new endpoint with its first key, revealed. */
export function createUse(deps: RingDeps, settings: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { contract: ownContract, tenantId, actor } = call
      const body = parseJsonObject(readBody(call))
      const contracts = ownContract.reach === 'every' ? settings.contracts : [ownContract]
      const { mirror, insecureTargets } = settings
      const created = readNewEndpoint(body, { tenantId, ownContract, contracts, mirror, insecureTargets })
      checkConsumers(created.settings.consumers, settings.mirrorReaders)
      const idempotency = readIdempotency(call, 'create', body)
      const revealed = await createEndpoint(deps, { ...created, tenantId, actor, idempotency })
      return revealOutcome(revealed, await healthOfCreated(deps, revealed))
    },
  }
}

/** An endpoint that an earlier request made may have had deliveries since. */
async function healthOfCreated({ health }: RingDeps, { endpoint, replayed }: Revealed): Promise<DeliveryHealth> {
  if (!replayed) return neverDelivered
  return healthOf(endpoint, await health.loadAny({ tenantId: endpoint.tenantId, endpointId: endpoint.id }))
}

/** A new current key, revealed. */
export function rotateUse(deps: RingDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const body = readRingBody(call)
      const choice = readRotateChoice({ body, dialect: call.contract, contract, now: deps.now() })
      const idempotency = readIdempotency(call, 'rotate', body)
      const revealed = await rotateSecret(deps, { endpoint, contract, actor: call.actor, choice, idempotency })
      return revealOutcome(revealed, health)
    },
  }
}

/** Every key but the current one ends. The body has no fields. */
export function revokePreviousUse(deps: RotationDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const endpoint = await loadEndpoint(deps.store, contracts, call)
      fieldsOf(readRingBody(call), call.contract.rotateBody?.unknownFields ?? 'ignore').finish()
      const idempotency = readIdempotency(call, 'revoke-previous', {})
      const { replayed, ...values } = await revokePreviousKeys(deps, { endpoint, actor: call.actor, idempotency })
      return { values, replayed }
    },
  }
}

/** The current key, revealed, for contracts that show a new secret on a request of its own. The body is ignored. */
export function revealUse(deps: RingDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      readBody(call)
      return revealOutcome(await revealCurrent(deps, { endpoint, actor: call.actor }), health)
    },
  }
}

/** The one place where a secret becomes part of a reply. */
export function revealOutcome(revealed: Revealed, health: DeliveryHealth): Outcome {
  const { endpoint, secret, keyId, version, rotatedAt, previousExpiresAt, mirror, replayed } = revealed
  const values: Record<RevealField, Value> = {
    ...endpointValues(endpoint, health),
    signingSecret: secret.reveal(),
    keyId,
    version,
    rotatedAt,
    previousExpiresAt,
    mirror,
  }
  return { values, replayed }
}
