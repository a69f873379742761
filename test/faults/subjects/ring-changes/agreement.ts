import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { inLanes } from '../../../../src/core/concurrency'
import { plannedAt, workPlannedAt } from '../../../../src/rotation/due'
import { type ChangeKind, dueKindOf, type Endpoint } from '../../../../src/rotation/endpoint'
import { mirrorName } from '../../../../src/rotation/mirror'
import { allKeys } from '../../../../src/rotation/published'
import { type RingBed, type SentEvent, tenantId } from './bed'

/** One endpoint as each of the places has it that are to agree, in the same words. */
export interface Places {
  readonly ring: unknown
  readonly mirror: unknown
  /** What a change of the ring leaves, newest first. */
  readonly changes: readonly string[]
  readonly audit: readonly string[]
  /** What the bus got, each at least once. */
  readonly events: readonly string[]
  /** Whether the sweep has nothing left but what has its own time: a daily look, a promotion, the end of a key. */
  readonly settled: boolean
  /** Secrets that receivers verify with. */
  readonly verifying: readonly string[]
  /** Whether one key signs, without an end, and no other place has it. */
  readonly isUnambiguous: boolean
  /** What the latest change shows: the secret that it made, which keys it was about, or what it revoked. */
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
  const [endpoints, events] = await Promise.all([storedEndpoints(bed), bed.events()])
  return new Map(await inLanes(lanes, endpoints, async each => [each.id, await placesOf(bed, each, events)] as const))
}

/** The ring's secrets are opened, as a sender of deliveries would. */
async function placesOf(
  { sweep, secrets }: RingBed,
  endpoint: Endpoint,
  events: readonly SentEvent[],
): Promise<Places> {
  const { id: endpointId, ring, changes, published } = endpoint
  const SecretId = mirrorName(sweep.stage, tenantId, endpointId)
  const [mirrored, audit, keys] = await Promise.all([
    secrets.send(new GetSecretValueCommand({ SecretId })),
    sweep.audit.list({ tenantId, endpointId }, everyRecord),
    Promise.all(allKeys(endpoint).map(key => openedKey(sweep, endpoint, key))),
  ])
  const now = sweep.now().toISOString()
  const [signing] = ring.keys
  const told = events.filter(event => event.endpointId === endpointId && Object.hasOwn(kindsOfEvents, event.type))
  return {
    ring: { endpointId, tenantId, version: ring.version, signingSecret: keys[0]?.secret, keys },
    mirror: JSON.parse(mirrored.SecretString ?? 'null') as unknown,
    changes: changes.map(({ id, kind, version }) => `${kind} ${version} ${id}`),
    audit: audit.items
      .filter(({ kind }) => kind !== 'replay')
      .map(({ id, kind, version }) => `${kind} ${version} ${id}`),
    events: [...new Set(told.map(({ type, version, id }) => `${kindsOfEvents[type]} ${version} ${id}`))],
    settled: isSettled(endpoint, sweep.now()),
    verifying: keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now).map(({ secret }) => secret),
    isUnambiguous: signing.expiresAt === null && !ring.keys.some(({ id }) => id === published?.key.id),
    shown: shownBy(endpoint, new Map(keys.map(({ id, secret }) => [id, secret]))),
  }
}

/** By its type, what an event is of. Ends of keys are told beside. */
const kindsOfEvents: Readonly<Record<string, ChangeKind>> = {
  'endpoint.created': 'create',
  'secret.rotated': 'rotate',
  'secret.revoked': 'revoke',
  'secret.published': 'publish',
  'secret.promoted': 'promote',
  'secret.abandoned': 'abandon',
  'secret.rolled-back': 'roll-back',
}

function isSettled(endpoint: Endpoint, now: Date): boolean {
  const { revision, settling, dueAt } = endpoint
  const hasWork = dueKindOf(endpoint) === 'unsettled' || workPlannedAt(endpoint) !== null
  const waitsForTime = dueAt !== null && dueAt > now && dueAt.getTime() === plannedAt(endpoint)?.getTime()
  return !hasWork && (dueAt === null || waitsForTime) && settling.revision === revision
}

function shownBy({ changes: [latest], ring, published }: Endpoint, secrets: ReadonlyMap<string, string>): unknown {
  const { kind, keyId, revokedKeyIds } = latest
  const signing = ring.keys[0].id
  if (kind === 'revoke') return revokedKeyIds
  if (kind === 'abandon') return keyId
  if (kind === 'roll-back') return [signing, published?.key.id]
  return kind === 'promote' ? signing : secrets.get(keyId)
}

async function openedKey({ sealer }: RingBed['sweep'], endpoint: Endpoint, key: Endpoint['ring']['keys'][0]) {
  const context = { tenantId: endpoint.tenantId, endpointId: endpoint.id, keyId: key.id }
  const secret = (await sealer.open(key.sealed, context)).reveal()
  const expiresAt = key.expiresAt?.toISOString() ?? null
  return { id: key.id, secret, createdAt: key.createdAt.toISOString(), expiresAt }
}
