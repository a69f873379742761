import type { Fields } from '../core/log'
import type { ChangedSettings } from './changed-settings'
import type { Published } from './published'
import type { KeyRing } from './ring'

/** What an endpoint's owner may set. */
export interface EndpointSettings {
  /** Null only where the contract says that a URL is optional. */
  readonly url: string | null
  readonly description: string
  readonly name: string
  readonly eventTypes: readonly string[]
  readonly status: 'active' | 'paused'
  readonly mirror: 'on' | 'off'
  readonly requestConfig: RequestConfig
  /** AWS principals that may read the mirror. */
  readonly consumers: readonly string[]
}

export interface RequestConfig {
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** What a change of settings gives. The members of `requestConfig` change one by one. */
export type SettingsChange = Partial<Omit<EndpointSettings, 'requestConfig'>> & {
  readonly requestConfig?: Partial<RequestConfig>
}

/** Who made a change: an API key's public id, a session's subject, or Keyturn itself. */
export interface Actor {
  readonly kind: 'api-key' | 'session' | 'portal' | 'keyturn'
  readonly id: string
  /** The public id of the API key that made the portal session. */
  readonly via?: string
  /** The portal session's. */
  readonly sessionId?: string
}

/** What an `Idempotency-Key` came with. Both are SHA-256 in hex. */
export interface IdempotencyRecord {
  /** Over principal, operation and key. */
  readonly hash: string
  /** Over the parsed body. */
  readonly fingerprint: string
}

/** What a change does to the ring. `publish`: a rotation whose key waits to sign. */
export type RingChangeKind = 'create' | 'rotate' | 'revoke' | 'publish' | 'promote' | 'abandon' | 'roll-back'

export type ChangeKind = RingChangeKind | 'update' | 'delete'

/** One committed change. It is remembered until it is settled and 24 hours old. */
export interface Change {
  readonly id: string
  readonly kind: ChangeKind
  /** The endpoint's revision that this change made. */
  readonly revision: number
  /** The ring's version after the change. */
  readonly version: number
  /** The key that was made, promoted or given up; else the one that signs after the change. */
  readonly keyId: string
  readonly at: Date
  readonly actor: Actor
  readonly reason: string | null
  /** What the keys before were left with; null: they have no end. */
  readonly overlapSeconds: number | null
  readonly revokedKeyIds: readonly string[]
  readonly idempotency: IdempotencyRecord | null
  /** Absent: no setting. */
  readonly changed?: ChangedSettings
  /** Settling sets the endpoint's failures in a row to 0. */
  readonly resetsFailures?: true
  /** It ended a pause by Keyturn. */
  readonly resumes?: true
  /** Keys that are in no list after it; their ends are told with it. Absent: none. */
  readonly ended?: readonly EndedKey[]
}

/** A key that has ended. */
export interface EndedKey {
  readonly keyId: string
  /** The change's own time where the change ended it; else the key's end. */
  readonly at: Date
  /** The ring's version by then. */
  readonly version: number
}

/** How far what is derived from the endpoint has come. Written by settling alone. */
export interface Settling {
  /** All changes up to this revision are settled; 0 is none. */
  readonly revision: number
  /** The mirror's version that held AWSCURRENT when Keyturn last looked, or null. */
  readonly mirrorVersionId: string | null
  /**
   * Since when receivers can read the mirror with the published key, by the raw clock. Absent: no key is published, or the
   * mirror is not known to have it.
   */
  readonly readableSince?: Date
  /** Failed attempts in a row. */
  readonly failures: number
  /** Why the last attempt failed, without anybody's secret; null when it did not. */
  readonly error: string | null
  /** Absent: the mirror never had a policy. */
  readonly policy?: PolicySettling
  /** Ends of keys up to then were told. Absent: nothing was settled since ends are told. */
  readonly endsToldUntil?: Date
  /** When the mirror is compared with what is stored. Absent: there is no mirror, or nothing was settled since looks are made. */
  readonly dailyLookAt?: Date
}

/** How far the mirror's resource policy has come, apart from the mirror's value. */
export interface PolicySettling {
  /** The consumers that the policy was last written for; null: that is not certain. */
  readonly consumers: readonly string[] | null
  /** Those that AWS did not accept, since they do not exist there. Absent: none. */
  readonly refused?: readonly string[]
  /** Failed attempts in a row. */
  readonly failures: number
  readonly error: string | null
  /** When it is to be written again; null: it is settled. */
  readonly dueAt: Date | null
  /**
   * The request that took access away wrote it. Another call may have been under way then, so settling writes it anew.
   */
  readonly fromRequest?: true
}

/** The aggregate: one endpoint with its key ring, stored as one item. */
export interface Endpoint {
  readonly tenantId: string
  readonly id: string
  readonly contract: string
  /** Random, given at creation: tells an endpoint from a deleted one with the same id. */
  readonly incarnation: string
  /**
   * Rises with every change and is what the store compares. Never below the unix seconds of the change, so that
   * an endpoint made again, or restored from a backup, is ahead of all that its mirror holds.
   */
  readonly revision: number
  readonly settings: EndpointSettings
  /** When its owner paused it last; null: never, or before that was noted. */
  readonly pausedSince: Date | null
  /** When its owner ended that pause; null: it holds, or there was none. */
  readonly resumedAt: Date | null
  readonly ring: KeyRing
  /** The key that waits to sign; null: none does. */
  readonly published: Published | null
  /** Newest first. */
  readonly changes: readonly [Change, ...Change[]]
  readonly settling: Settling
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Set: a tombstone, which reads as 404. */
  readonly deletedAt: Date | null
  /**
   * Until then a deletion of the mirror that was called earlier may still arrive; settling looks at the mirror
   * once more at that time.
   */
  readonly lookAgainAt: Date | null
  /** When the sweep is to come by; null: nothing is left to do. */
  readonly dueAt: Date | null
}

/** What a log line says of an endpoint: whose it is, and who changed it last. */
export function loggedAs({ tenantId, id: endpointId, changes }: Endpoint): Fields {
  const { actor } = changes[0]
  return { tenantId, endpointId, actorKind: actor.kind, actorId: actor.id }
}

/** The changes whose audit record and event may be missing. */
export function unsettledChanges(endpoint: Endpoint): readonly Change[] {
  return endpoint.changes.filter(change => change.revision > endpoint.settling.revision)
}

/**
 * What an endpoint that is due waits for. `unsettled`: something that should have been done already, planned or not.
 * `planned`: something that has its own time, such as a look for what a late call did. `look`: the
 * daily look at its mirror, and nothing else.
 */
export type DueKind = 'unsettled' | 'planned' | 'look'

export function dueKindOf(endpoint: Endpoint): DueKind {
  const { policy, failures, dailyLookAt } = endpoint.settling
  const isUnsettled = policy?.consumers === null || failures > 0 || unsettledChanges(endpoint).length > 0
  if (isUnsettled) return 'unsettled'
  return dailyLookAt !== undefined && endpoint.dueAt?.getTime() === dailyLookAt.getTime() ? 'look' : 'planned'
}
