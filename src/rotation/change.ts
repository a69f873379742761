import { newId } from '../core/id'
import { addSeconds, earlierOf, notBefore } from '../core/instant'
import {
  type Actor,
  type Change,
  type ChangeKind,
  type Endpoint,
  type EndpointSettings,
  unsettledChanges,
} from './endpoint'
import type { EventType, KeyturnEvent, RotationDeps } from './ports'
import type { KeyRing } from './ring'

// What one change makes of an endpoint, and what is told of it afterwards: its audit record and its event.

/** How long the sweep leaves a change to the request that made it. */
export const settleGraceSeconds = 5
/** A call to Secrets Manager that was given up can still arrive this much later. */
export const lateCallSeconds = 600
/** After this no call can arrive that an earlier state led to: a late call, and two minutes to make it. */
export const lookAgainSeconds = lateCallSeconds + 120
/** Changes are remembered this long, for idempotent repeats and for the budgets. */
export const rememberSeconds = 24 * 60 * 60
/** An endpoint remembers this many changes at most. */
export const maximumChanges = 100

/** Who wants which change, under an id of its own: a change before the rule has worked anything out. */
export type ChangeDraft = Pick<
  Change,
  'id' | 'kind' | 'actor' | 'reason' | 'overlapSeconds' | 'idempotency' | 'resetsFailures'
>

export function newDraft(
  { randomBytes }: Pick<RotationDeps, 'randomBytes'>,
  wanted: Pick<ChangeDraft, 'kind' | 'actor'> & Partial<Omit<ChangeDraft, 'id'>>,
): ChangeDraft {
  return { reason: null, overlapSeconds: 0, idempotency: null, ...wanted, id: newId('chg', randomBytes) }
}

/** What a change makes new; what is absent stays as it was. */
export interface NextState {
  readonly ring?: KeyRing
  readonly settings?: EndpointSettings
  readonly revokedKeyIds?: readonly string[]
  readonly deleted?: true
}

/** The time of the next change: later than the last one by 1 ms at the least. */
export function changeTime(endpoint: Endpoint, now: Date): Date {
  return notBefore(now, endpoint.updatedAt)
}

/** The revision after `last` for a change at `at`: one more, and not below the unix seconds (`Endpoint.revision` says why). */
export function nextRevision(last: number, at: Date): number {
  return Math.max(last + 1, Math.floor(at.getTime() / 1000))
}

/**
 * The endpoint after one change: the change is remembered, and the sweep is asked for in case the request cannot settle
 * it. Changes that follow one another do not put the sweep off. Pure.
 */
export function applyChange(endpoint: Endpoint, draft: ChangeDraft, next: NextState, at: Date): Endpoint {
  const revision = nextRevision(endpoint.revision, at)
  const ring = next.ring ? { ...next.ring, revision } : endpoint.ring
  const settings = next.settings ?? endpoint.settings
  const change: Change = {
    ...draft,
    revision,
    version: ring.version,
    keyId: ring.keys[0].id,
    at,
    revokedKeyIds: next.revokedKeyIds ?? [],
  }
  const hasMirror = next.deleted !== true && settings.mirror === 'on'
  return {
    ...endpoint,
    revision,
    ring,
    settings,
    changes: [change, ...rememberedChanges(endpoint, at)],
    updatedAt: at,
    deletedAt: next.deleted === true ? at : endpoint.deletedAt,
    lookAgainAt: lookAgainAfter(endpoint, hasMirror, at),
    dueAt: earlierOf(endpoint.dueAt, addSeconds(at, settleGraceSeconds)),
  }
}

/**
 * When settling looks at the mirror once more. A change that ends a mirror, or brings one back, needs that look, and so
 * does any change while a deletion of the mirror may be under way.
 */
function lookAgainAfter({ settings, lookAgainAt }: Endpoint, hasMirror: boolean, at: Date): Date | null {
  const hadMirror = settings.mirror === 'on'
  if (hadMirror && hasMirror) return lookAgainAt
  return hadMirror || hasMirror || lookAgainAt ? addSeconds(at, lookAgainSeconds) : null
}

/** The changes that are still needed at `at`: what is not settled, and the ring's changes of the last 24 hours. */
export function rememberedChanges(endpoint: Endpoint, at: Date): readonly Change[] {
  const unsettled = unsettledChanges(endpoint)
  const since = addSeconds(at, -rememberSeconds)
  return endpoint.changes.filter(change => unsettled.includes(change) || (changesRing(change) && change.at > since))
}

/** When the ring's last change is forgotten: until then a tombstone stays, for the budgets and idempotent repeats. */
export function forgottenAt({ changes }: Endpoint): Date {
  const last = changes.find(changesRing)
  return last ? addSeconds(last.at, rememberSeconds) : changes[0].at
}

function changesRing(change: Change): boolean {
  return change.kind !== 'update' && change.kind !== 'delete'
}

export type AuditKind = 'create' | 'rotate' | 'revoke' | 'replay'

/** One change of a key ring, or one reveal, kept for good. It never holds a secret. */
export interface AuditRecord {
  readonly id: string
  readonly tenantId: string
  readonly endpointId: string
  readonly kind: AuditKind
  readonly keyId: string
  readonly version: number
  readonly at: Date
  readonly actor: Actor
  readonly reason: string | null
  readonly overlapSeconds: number
}

/** The audit record of a change; null for a change of settings and a deletion, which leave none. */
export function auditRecordOf(tenantId: string, endpointId: string, change: Change): AuditRecord | null {
  if (change.kind === 'update' || change.kind === 'delete') return null
  const { id, kind, keyId, version, at, actor, reason, overlapSeconds } = change
  return { id, tenantId, endpointId, kind, keyId, version, at, actor, reason, overlapSeconds }
}

const eventTypes = {
  create: 'endpoint.created',
  rotate: 'secret.rotated',
  revoke: 'secret.revoked',
  update: 'endpoint.updated',
  delete: 'endpoint.deleted',
} as const satisfies Record<ChangeKind, EventType>

/** The events of the changes that are not settled, oldest first. */
export function eventsOf(endpoint: Endpoint): readonly KeyturnEvent[] {
  const { tenantId, id: endpointId, contract } = endpoint
  return unsettledChanges(endpoint)
    .map(({ kind, id, keyId, version, at, actor }) => {
      return { type: eventTypes[kind], id, tenantId, endpointId, contract, keyId, version, at, actor }
    })
    .toReversed()
}
