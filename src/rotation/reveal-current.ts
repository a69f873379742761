import type { Actor, Endpoint } from '../endpoints/endpoint'
import { mirrorState } from '../mirror/mirror-state'
import type { RotationDeps } from './deps'
import { previousEnd } from './key-ring'
import { openKey } from './open-keys'
import type { Revealed } from './revealed'
import type { Secret } from './secret'
import { newId } from "../core/id";

export interface RevealRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
}

const auditMilliseconds = 2000

/** Reveals the current key as it is, for contracts that show a new secret on a GET of its own. */
export async function revealCurrent(deps: RotationDeps, request: RevealRequest): Promise<Revealed> {
  const { endpoint } = request
  const [current] = endpoint.ring.keys
  return {
    endpoint,
    secret: await revealCurrentKey(deps, request),
    keyId: current.id,
    version: endpoint.ring.version,
    rotatedAt: current.createdAt,
    previousExpiresAt: previousEnd(endpoint.ring, deps.now()),
    mirror: mirrorState(endpoint),
    replayed: false,
  }
}

/** The current key, opened; that it is revealed is recorded first. */
export async function revealCurrentKey(deps: RotationDeps, { endpoint, actor }: RevealRequest): Promise<Secret> {
  const key = endpoint.ring.keys[0]
  const secret = await openKey(deps, endpoint, key)
  const record = {
    id: newId('chg', deps.randomBytes),
    tenantId: endpoint.tenantId,
    endpointId: endpoint.id,
    kind: 'replay',
    keyId: key.id,
    version: endpoint.ring.version,
    at: deps.now(),
    actor,
    reason: null,
    overlapSeconds: 0,
  } as const
  await deps.audit.record(record, deps.timeout(auditMilliseconds))
  return secret
}
