import { newId } from '../core/id'
import { addSeconds, earlierOf, notBefore } from '../core/instant'
import { type ChangedSettings, leadingNowhere, toldChanges } from './changed-settings'
import { endedBy } from './ends'
import {
  type Actor,
  type Change,
  type ChangeKind,
  type Endpoint,
  type EndpointSettings,
  unsettledChanges,
} from './endpoint'
import type { RotationDeps } from './ports'
import type { Keys } from './published'
import type { KeyRing } from './ring'

// What one change makes of an endpoint, and its audit record. Its events are in `events.ts`.

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
  'id' | 'kind' | 'actor' | 'reason' | 'overlapSeconds' | 'idempotency' | 'resetsFailures' | 'resumes'
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
  readonly published?: Keys['published']
  /** The key that the change is about, where it is not the one that signs after it. */
  readonly keyId?: string
  readonly settings?: EndpointSettings
  readonly revokedKeyIds?: readonly string[]
  /** What the key before is left with, where only the rule knows. */
  readonly overlapSeconds?: number
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
  const published = publishedAfter(endpoint, { settings, at }, next)
  const change: Change = {
    ...draft,
    overlapSeconds: next.overlapSeconds ?? draft.overlapSeconds,
    revision,
    version: ring.version,
    keyId: next.keyId ?? ring.keys[0].id,
    at,
    revokedKeyIds: next.revokedKeyIds ?? [],
    ...changedBy(endpoint, next, published),
    ...endedBy(endpoint, next.deleted === true ? 'deleted' : { ring, published }, at),
  }
  const hasMirror = next.deleted !== true && settings.mirror === 'on'
  return {
    ...endpoint,
    revision,
    ring,
    published,
    settings,
    ...ownersPauseAfter(endpoint, settings, at),
    changes: [change, ...rememberedChanges(endpoint, at)],
    updatedAt: at,
    deletedAt: next.deleted === true ? at : endpoint.deletedAt,
    lookAgainAt: lookAgainAfter(endpoint, hasMirror, at),
    dueAt: earlierOf(endpoint.dueAt, addSeconds(at, settleGraceSeconds)),
  }
}

/** The owner's last pause after a change at `at`. One that held before goes on. */
function ownersPauseAfter(
  { settings, pausedSince, resumedAt }: Endpoint,
  { status }: EndpointSettings,
  at: Date,
): Pick<Endpoint, 'pausedSince' | 'resumedAt'> {
  if (status === settings.status) return { pausedSince, resumedAt }
  return status === 'paused' ? { pausedSince: at, resumedAt: null } : { pausedSince, resumedAt: at }
}

/** A key that waits for a mirror which there is no more waits for somebody. */
function publishedAfter(
  endpoint: Endpoint,
  { settings: { mirror }, at }: { readonly settings: EndpointSettings; readonly at: Date },
  { published = endpoint.published, deleted }: NextState,
): Keys['published'] {
  if (published === null || deleted === true) return null
  if (mirror === 'on') return published
  const isSwitchedOff = endpoint.settings.mirror === 'on'
  return { ...published, signing: 'manual', ...(isSwitchedOff && { unmirroredAt: at }) }
}

/** What a change does to the settings; no member where it does nothing. */
function changedBy(
  { settings: before, published: waited }: Endpoint,
  { settings = before, deleted, ring }: NextState,
  published: Keys['published'],
): Pick<Change, 'changed'> {
  const told = toldChanges(before, deleted === true ? leadingNowhere(before) : settings)
  const isSame = ring !== undefined || waited?.signing === published?.signing
  if (isSame || waited === null || published === null) return told
  return { changed: { ...told.changed, signing: { from: waited.signing, to: published.signing } } }
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

export type AuditKind = ChangeKind | 'replay'

/** One change of an endpoint, or one reveal, kept for good. It never holds a secret. */
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
  /** Null: the keys before have no end. */
  readonly overlapSeconds: number | null
  /** Absent: no setting. */
  readonly changed?: ChangedSettings
}

/** What happened to a tenant, as its audit shows it: an audit record of one of its endpoints, or one of its access. */
export interface AuditEntry {
  readonly id: string
  /** Null: it is about the tenant's access, and no endpoint. */
  readonly endpointId: string | null
  readonly kind:
    | AuditKind
    | 'create-api-key'
    | 'revoke-api-key'
    | 'create-portal-session'
    | 'end-portal-session'
    | 'end-portal-sessions'
  readonly at: Date
  readonly actor: Pick<Actor, 'id' | 'via' | 'sessionId'> & { readonly kind: string }
  readonly reason: string | null
  readonly changed?: ChangedSettings
}

/** Whether the record is of the endpoint itself, and not of its key ring. */
export function isOfSettings({ kind }: Pick<AuditRecord, 'kind'>): boolean {
  return kind === 'update' || kind === 'delete'
}

/** The audit record of a change; null for an update that left every setting as it was. */
export function auditRecordOf(tenantId: string, endpointId: string, change: Change): AuditRecord | null {
  const { id, kind, keyId, version, at, actor, reason, overlapSeconds, changed } = change
  if (kind === 'update' && changed === undefined) return null
  const told = changed === undefined ? {} : { changed }
  return { id, tenantId, endpointId, kind, keyId, version, at, actor, reason, overlapSeconds, ...told }
}
