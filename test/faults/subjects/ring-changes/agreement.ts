import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { inLanes } from '../../../../src/core/concurrency'
import { dueKindOf, type Endpoint } from '../../../../src/rotation/endpoint'
import { mirrorName } from '../../../../src/rotation/mirror'
import { type RingBed, tenantId } from './bed'

/** One endpoint as each of the places has it that are to agree, in the same words. */
export interface Places {
  readonly ring: unknown
  readonly mirror: unknown
  /** What a change of the ring leaves, newest first. */
  readonly changes: readonly string[]
  readonly audit: readonly string[]
  /** Whether the sweep has nothing left to do but its daily look. */
  readonly settled: boolean
  /** What the latest change shows: the current secret, or what it revoked. */
  readonly shown: unknown
}

const lanes = 4
const everyEndpoint = { limit: 1000, after: null }
const everyRecord = { limit: 100, after: null }

export async function storedEndpoints({ sweep }: RingBed): Promise<readonly Endpoint[]> {
  return (await sweep.store.list(tenantId, everyEndpoint)).items
}

/** Reads every endpoint from its places. By its id. */
export async function placesById(bed: RingBed): Promise<ReadonlyMap<string, Places>> {
  const endpoints = await storedEndpoints(bed)
  return new Map(await inLanes(lanes, endpoints, async each => [each.id, await placesOf(bed, each)] as const))
}

/** The ring's secrets are opened, as a sender of deliveries would. */
async function placesOf({ sweep, secrets }: RingBed, endpoint: Endpoint): Promise<Places> {
  const { id: endpointId, ring, changes, revision, settling, dueAt } = endpoint
  const isAtRest = dueAt === null || dueKindOf(endpoint) === 'look'
  const SecretId = mirrorName(sweep.stage, tenantId, endpointId)
  const [mirrored, audit, keys] = await Promise.all([
    secrets.send(new GetSecretValueCommand({ SecretId })),
    sweep.audit.list({ tenantId, endpointId }, everyRecord),
    Promise.all(ring.keys.map(key => openedKey(sweep, endpoint, key))),
  ])
  return {
    ring: { endpointId, tenantId, version: ring.version, signingSecret: keys[0]?.secret, keys },
    mirror: JSON.parse(mirrored.SecretString ?? 'null') as unknown,
    changes: changes.map(({ id, kind, version }) => `${kind} ${version} ${id}`),
    audit: audit.items
      .filter(({ kind }) => kind !== 'replay')
      .map(({ id, kind, version }) => `${kind} ${version} ${id}`),
    settled: isAtRest && settling.revision === revision,
    shown: changes[0].kind === 'revoke' ? changes[0].revokedKeyIds : keys[0]?.secret,
  }
}

async function openedKey({ sealer }: RingBed['sweep'], endpoint: Endpoint, key: Endpoint['ring']['keys'][0]) {
  const context = { tenantId: endpoint.tenantId, endpointId: endpoint.id, keyId: key.id }
  const secret = (await sealer.open(key.sealed, context)).reveal()
  const expiresAt = key.expiresAt?.toISOString() ?? null
  return { id: key.id, secret, createdAt: key.createdAt.toISOString(), expiresAt }
}
