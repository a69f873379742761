import { newId } from '../core/id'
import { addSeconds } from '../core/instant'
import { Problem } from '../core/problem'
import type { Secret } from '../core/secret'
import type { Committed } from './commit'
import type { Actor, Change, Endpoint } from './endpoint'
import { openKey, type OpenedKeys } from './keys'
import { type MirrorState, mirrorState } from './mirror'
import type { RotationDeps } from './ports'
import { afterLead, readyAt } from './due'
import { type Key, previousEnd } from './ring'
import { settleInRequest } from './settle'

// The three ways in which a secret leaves the core: as it was just made, once more for a repeat, and on a read of its own.

/** A secret on its way into a reply. */
export interface Revealed extends Shown {
  readonly secret: Secret
}

/** The same without the secret. */
export interface Shown {
  readonly endpoint: Endpoint
  readonly keyId: string
  readonly version: number
  readonly rotatedAt: Date
  /** Whether the key signs, or is published and waits to. */
  readonly state: 'signing' | 'published'
  /** Since when the key signs, or when it does at the earliest; null: it waits for a promote. */
  readonly signsFrom: Date | null
  /** When the key before ends; null: there is none that still lives, or this one does not sign yet. */
  readonly previousExpiresAt: Date | null
  readonly mirror: MirrorState
  /** An earlier request with the same idempotency key made the change. */
  readonly replayed: boolean
}

export interface Made {
  /** The secret that the change made. */
  readonly secret: Secret
  /** The keys beside it that are open already. */
  readonly opened: OpenedKeys
}

/** Settles the change that this request made as far as its time allows, and reveals the secret that it made. */
export async function settleAndReveal(deps: RotationDeps, committed: Committed, made: Made): Promise<Revealed> {
  return { ...(await settleAndShow(deps, committed, made)), secret: made.secret }
}

/** The same for a caller who is not to have the secret. */
export async function settleAndShow(
  deps: RotationDeps,
  { endpoint, change }: Committed,
  { secret, opened }: Made,
): Promise<Shown> {
  const settled = await settleInRequest(deps, endpoint, new Map([...opened, [change.keyId, secret]]))
  const made = change.kind === 'publish' ? { ...shownChange(change), previousExpiresAt: null } : shownChange(change)
  const isGivenUp = change.kind === 'publish' && !isKept(settled, change.keyId)
  const standing = isGivenUp ? asPublished : standingOf(settled, change.keyId, deps.now())
  const shown = { ...made, ...standing }
  return { ...shown, endpoint: settled, mirror: mirrorState(settled), replayed: false }
}

/** What is shown of a key that was given up before its request was answered: how it was made, and that nobody waits. */
const asPublished = { state: 'published', signsFrom: null } as const

/** Whether the key is published, signs, or signed. */
function isKept({ published, ring }: Endpoint, keyId: string): boolean {
  return published?.key.id === keyId || ring.keys.some(key => key.id === keyId && key.abandoned !== true)
}

export interface ReplayRequest {
  readonly endpoint: Endpoint
  /** The change that made the key which is to be revealed once more. */
  readonly change: Change
  readonly actor: Actor
}

/**
 * Reveals the key of an earlier change once more, while it is published or signs. What has ended since, by its time or by
 * a revoke, is shown as ended.
 * @throws {Problem} `rotation-superseded` when the key was superseded or abandoned
 */
export async function replayReveal(deps: RotationDeps, request: ReplayRequest): Promise<Revealed> {
  const secret = await openForReveal(deps, request, revealable(request.endpoint, request.change))
  return { ...replayShown(deps, request), secret }
}

/** The same for a caller who is not to have the secret: nothing is opened, and nothing is recorded as revealed. */
export function replayShown({ now }: Pick<RotationDeps, 'now'>, { endpoint, change }: ReplayRequest): Shown {
  const { id: keyId } = revealable(endpoint, change)
  const standing = standingOf(endpoint, keyId, now())
  const previousExpiresAt = standing.state === 'signing' ? previousEnd(endpoint.ring, now()) : null
  const shown = { ...shownChange(change), ...standing, previousExpiresAt }
  return { ...shown, endpoint, mirror: mirrorState(endpoint), replayed: true }
}

/** The key that the change made, unless it neither signs nor waits to. */
function revealable({ ring, published, changes }: Endpoint, { keyId }: Change): Key {
  const [current] = ring.keys
  if (current.id === keyId) return current
  if (published?.key.id === keyId) return published.key
  const isAbandoned = changes.some(change => change.kind === 'abandon' && change.keyId === keyId)
  const detail = isAbandoned
    ? 'The secret that this request made was abandoned: rotate anew, with another idempotency key.'
    : 'A later rotation replaced the secret that this request made: rotate anew, with another idempotency key.'
  throw new Problem('rotation-superseded', detail)
}

/** Whether the key signs or waits, and from when. */
function standingOf(endpoint: Endpoint, keyId: string, now: Date): Pick<Shown, 'state' | 'signsFrom'> {
  const { published, ring } = endpoint
  if (published?.key.id !== keyId) {
    const key = ring.keys.find(({ id }) => id === keyId)
    return { state: 'signing', signsFrom: key?.publication?.promotedAt ?? key?.createdAt ?? null }
  }
  const earliest = readyAt(endpoint) ?? afterLead(published, now)
  return { state: 'published', signsFrom: published.signing === 'manual' ? null : earliest }
}

/** What a reply shows of the change that made the key, as it was promised then. */
function shownChange(change: Change): Pick<Shown, 'keyId' | 'version' | 'rotatedAt' | 'previousExpiresAt'> {
  const { overlapSeconds } = change
  const ends = change.version > 1 && overlapSeconds !== null && overlapSeconds > 0
  return {
    keyId: change.keyId,
    version: change.version,
    rotatedAt: change.at,
    previousExpiresAt: ends ? addSeconds(change.at, overlapSeconds) : null,
  }
}

export interface RevealRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
}

/** Reveals the current key as it is, for contracts that show a new secret on a GET of its own. */
export async function revealCurrent(deps: RotationDeps, request: RevealRequest): Promise<Revealed> {
  const { endpoint } = request
  const [current] = endpoint.ring.keys
  return {
    endpoint,
    secret: await openForReveal(deps, request, current),
    ...standingOf(endpoint, current.id, deps.now()),
    keyId: current.id,
    version: endpoint.ring.version,
    rotatedAt: current.createdAt,
    previousExpiresAt: previousEnd(endpoint.ring, deps.now()),
    mirror: mirrorState(endpoint),
    replayed: false,
  }
}

const auditMilliseconds = 2000

/** Opens the key. It returns only once the audit says that the key is revealed. */
async function openForReveal(deps: RotationDeps, { endpoint, actor }: RevealRequest, key: Key): Promise<Secret> {
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
