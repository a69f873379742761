import type { Log } from '../core/log'
import type { Secret } from '../core/secret'
import type { AuditEntry, AuditRecord } from './change'
import type { Actor, DueKind, Endpoint, PolicySettling, Settling } from './endpoint'
import type { ApiKeyEventType, EndpointEventType } from './event-types'
import type { Adoption } from './proof'

// What the core reaches outside for. Each port has its adapter in src/aws, and a model in the tests.

/** All that rotating and settling reach outside for. */
export interface RotationDeps {
  readonly store: EndpointStore
  readonly audit: AuditLog
  readonly sealer: Sealer
  readonly mirror: Mirror
  readonly events: EventBus
  readonly health: FailureCounts
  /** Part of the mirrors' names. */
  readonly stage: string
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}

/** Where an endpoint is found. Another tenant's is another address, so it cannot be reached by mistake. */
export interface EndpointAddress {
  readonly tenantId: string
  readonly endpointId: string
}

/** One endpoint of all that had this address: what was counted for a deleted one says nothing of its successor. */
export interface EndpointLife extends EndpointAddress {
  readonly incarnation: string
}

/** Where endpoints are kept. It only compares and swaps; every rule is elsewhere. */
export interface EndpointStore {
  /** Reads consistently; tombstones too. */
  load(address: EndpointAddress): Promise<Endpoint | null>
  /** Stores a new endpoint. `full`: its tenant has as many as it may have, and nothing is stored. */
  create(endpoint: Endpoint, vacancy: Vacancy): Promise<'stored' | 'conflict' | 'full'>
  /** Stores what a change touches, if the stored revision is still `expectedRevision` in the same incarnation. */
  commit(endpoint: Endpoint, expectedRevision: number): Promise<'stored' | 'conflict'>
  /** Writes the outcome of settling `endpoint`, if its revision has not moved on. */
  settle(endpoint: Endpoint, settled: Settled, signal: AbortSignal): Promise<'stored' | 'conflict'>
  /**
   * Writes how far the policy of the mirror is, and nothing else, if neither the revision nor settling has moved on: the
   * change stays unsettled.
   */
  settlePolicy(endpoint: Endpoint, policy: PolicySettling, signal: AbortSignal): Promise<'stored' | 'conflict'>
  /** Removes a tombstone for good, if its revision has not moved on. */
  drop(endpoint: Endpoint, signal: AbortSignal): Promise<'stored' | 'conflict'>
  list(tenantId: string, page: PageRequest): Promise<Page<Endpoint>>
  /** Every endpoint that is due for this kind of work, in pages. What was written a moment ago may be missing. */
  due(range: DueRange): AsyncIterable<readonly DueEndpoint[]>
}

/** What a new endpoint needs: a free place, and room beside its tenant's other endpoints. */
export interface Vacancy {
  /** The revision of the tombstone that it takes the place of; null: there is none. */
  readonly replaces: number | null
  /** How many endpoints the tenant may have, this one included. Tombstones do not count. */
  readonly mostEndpoints: number
}

export interface DueRange {
  readonly kind: DueKind
  /** The earliest `dueAt`; null: since ever. */
  readonly since: Date | null
  /** The latest `dueAt`. */
  readonly until: Date
}

/** Where an endpoint that is due is found, and since when it is due. */
export interface DueEndpoint extends EndpointAddress {
  readonly dueAt: Date
}

/** What settling found, written only if the endpoint still has the revision that was settled. */
export interface Settled {
  readonly settling: Settling
  readonly lookAgainAt: Date | null
  readonly dueAt: Date | null
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Pass it on to get the next page; null: this was the last. */
  readonly next: string | null
}

export interface PageRequest {
  readonly limit: number
  readonly after: string | null
}

/** The lasting record of every change of an endpoint and of every reveal. */
export interface AuditLog {
  /** Repeatable: the same record is stored once. */
  record(record: AuditRecord, signal: AbortSignal): Promise<void>
  /** Changes of the ring and reveals, newest first. */
  list(address: EndpointAddress, page: PageRequest): Promise<Page<AuditRecord>>
  /** The same with changes of settings and the deletion among them, each at its time. */
  listAll(address: EndpointAddress, page: PageRequest): Promise<Page<AuditRecord>>
  /**
   * What happened to a tenant, newest first: to its endpoints, also to those that are gone, and to its access. Records from
   * before there was this list are not in it.
   */
  listOfTenant(tenantId: string, range: AuditRange): Promise<Page<AuditEntry>>
}

export interface AuditRange extends PageRequest {
  /** The earliest time; null: since ever. */
  readonly since: Date | null
}

/** What a sealed secret is bound to; opening it under any other context fails. Shown in CloudTrail. */
export interface SealContext {
  readonly tenantId: string
  readonly endpointId: string
  readonly keyId: string
}

/** Encrypts and decrypts one secret at a time. */
export interface Sealer {
  /** The ciphertext in base64. */
  seal(secret: Secret, context: SealContext): Promise<string>
  open(sealed: string, context: SealContext, signal?: AbortSignal): Promise<Secret>
}

/** One version of a mirror, ready to be stored. `document` is JSON that holds bare secrets. */
export interface MirrorVersion {
  readonly name: string
  readonly versionId: string
  readonly document: Secret
}

export interface MirrorDescription {
  /** The version that holds AWSCURRENT, or null. */
  readonly currentVersionId: string | null
  /** Whether the secret is scheduled for deletion. */
  readonly deleted: boolean
  /** Whether the KMS key of its next version is the stage's. */
  readonly hasOwnKey: boolean
}

/** The secret that receivers read, one call each. Calls are repeatable and may arrive late. */
export interface Mirror {
  /** Makes the secret; its first version is current. `exists` and `deleted`: another secret has the name. */
  create(version: MirrorVersion, signal: AbortSignal): Promise<'created' | 'exists' | 'deleted'>
  /**
   * Makes a secret Keyturn's own, whoever made it: nobody outside the account reads it any more, and its tags and the KMS
   * key of its next version are Keyturn's. Its values stay.
   * @throws an error whose name says why a secret with something that Keyturn cannot take away is left as it is
   */
  takeOver(name: string, signal: AbortSignal): Promise<'taken-over' | 'missing' | 'deleted'>
  /**
   * Stores a version beside the current one. A version that is stored already stays as it is. `other-key`: the secret has
   * another KMS key than the stage's, and it seals nothing for Keyturn.
   */
  putAside(version: MirrorVersion, signal: AbortSignal): Promise<'put-aside' | 'missing' | 'deleted' | 'other-key'>
  /** Moves AWSCURRENT if `from` holds it: a compare-and-swap. */
  moveCurrent(move: CurrentMove, signal: AbortSignal): Promise<'moved' | 'mismatch'>
  describe(name: string, signal: AbortSignal): Promise<MirrorDescription | null>
  /**
   * Lets these principals read the secret, and nobody else but its own account. `refused`: one of them at least does not
   * exist, and the policy stays as it was.
   */
  putPolicy(policy: MirrorPolicy, signal: AbortSignal): Promise<'put' | 'refused'>
  /** Whether the policy lets these principals read, and nobody else; there is none for no principal. */
  isSharedWith(policy: MirrorPolicy, signal: AbortSignal): Promise<boolean>
  /** Takes the resource policy away. */
  removePolicy(name: string, signal: AbortSignal): Promise<void>
  /** Schedules the deletion, 7 days ahead. `missing`: there is no such secret. */
  scheduleDeletion(name: string, signal: AbortSignal): Promise<'scheduled' | 'missing'>
  /** Undoes a scheduled deletion. */
  restore(name: string, signal: AbortSignal): Promise<void>
}

export interface MirrorPolicy {
  readonly name: string
  /** Account ids, or ARNs of roles or of an account's root; at least one where it is written. */
  readonly consumers: readonly string[]
}

export interface CurrentMove {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** What happened to an endpoint, by the table in `event-types.ts`. Delivered at least once: `id` tells repeats. Never a secret. */
export interface KeyturnEvent {
  readonly type: EndpointEventType
  readonly id: string
  readonly tenantId: string
  readonly endpointId: string
  readonly contract: string
  readonly keyId: string
  readonly version: number
  readonly at: Date
  readonly actor: Actor
  /** As the audit record has it. */
  readonly reason: string | null
  /** With a rotation, a publication, a promotion and an abandon: what a key was left with; null: it has no end. */
  readonly overlapSeconds?: number | null
  /** With `endpoint.updated` alone: the names of the settings that changed. */
  readonly changed?: readonly string[]
  /** With `endpoint.failing` alone: the first failed attempt since the last success. */
  readonly failingSince?: Date
  /** With `delivery.exhausted` alone: which delivery, of which event. */
  readonly messageId?: string
  readonly eventId?: string
  /** With `secret.proof-failed` alone: what the probe came to. */
  readonly adoption?: Adoption
}

/** What happened to an API key, told for each tenant that it names, or once. */
export interface ApiKeyEvent {
  readonly type: ApiKeyEventType
  readonly id: string
  /** Null: the API key is for all. */
  readonly tenantId: string | null
  /** Its public id. */
  readonly apiKeyId: string
  readonly contract: string
  readonly permissions: readonly string[]
  readonly expiresAt: Date | null
  readonly at: Date
  readonly actor: { readonly kind: 'api-key' | 'operator'; readonly id: string }
  readonly reason: null
}

export interface EventBus<Event = KeyturnEvent> {
  /** @throws when any event was not taken */
  publish(events: readonly Event[], signal: AbortSignal): Promise<void>
}

/** How often deliveries failed in a row. It is stored apart from the endpoint. */
export interface FailureCounts {
  /** Sets the failures in a row to 0 once for this revision of the endpoint or a later one. Repeatable. */
  resetFailures(life: EndpointLife, revision: number, signal: AbortSignal): Promise<void>
}
