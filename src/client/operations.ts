// Made by `npm run client` of the description of the API: change that, not this.

import type { Call } from './operation'
import type { CallOptions, KeyedCallOptions } from './options'
import { itemsOf } from './pages'

/** Keyturn's, at the time that this was made. */
export const version = '0.1.0'

/** Why Keyturn refuses a request. The codes are stable. */
export type ProblemCode =
  /** The request has no credential. */
  | 'missing-credentials'
  /** The token is no session of the configured issuer: its signature, issuer, audience, role or tenant does not fit. */
  | 'invalid-token'
  /** The session has expired. */
  | 'expired-token'
  /** There is no such API key at this contract, or it was revoked or has expired. */
  | 'invalid-api-key'
  /** The session’s role does not allow this. */
  | 'role-required'
  /** The API key lacks a permission, or a session was sent where only API keys may call. */
  | 'permission-denied'
  /** A person must have signed in within five minutes for what ends a key within ten minutes, or opens a gap. */
  | 'recent-sign-in-required'
  /** No route has this path. */
  | 'route-not-found'
  /** The path exists with other methods. */
  | 'method-not-allowed'
  /** The id is malformed, unknown, deleted, another contract’s or another tenant’s. All answer alike. */
  | 'not-found'
  /** Fields of the body, the query or the headers are at fault. */
  | 'invalid-request'
  /** The body, or the payload of an event, is too large. */
  | 'payload-too-large'
  /** A consumer is of an account that may not read mirrors here. */
  | 'consumer-not-reader'
  /** The id to import is taken. */
  | 'endpoint-exists'
  /** The endpoint’s contract is no longer mounted. */
  | 'contract-not-mounted'
  /** The tenant has as many endpoints as it may. */
  | 'too-many-endpoints'
  /** As many keys are live as may be. */
  | 'too-many-live-keys'
  /** A published key waits to sign, or the contract lets nobody rotate while an overlap is open. */
  | 'rotation-in-progress'
  /** Other changes of the same endpoint came first, several times. */
  | 'rotation-conflict'
  /** The keys have changed since the revision of `ifRevision`. */
  | 'changed-meanwhile'
  /** No key is published. */
  | 'nothing-published'
  /** Another key is published than the one that the request names. */
  | 'key-changed'
  /** Receivers may not have the key yet. */
  | 'too-early'
  /** There is no key before that still works. */
  | 'nothing-to-roll-back'
  /** No proof of the last hour says that the receiver has the key that signs. */
  | 'not-proven'
  /** The key before ends too soon to sign again. */
  | 'too-late'
  /** The request was made before, and its key no longer signs or waits to. */
  | 'rotation-superseded'
  /** The same idempotency key came with another body. */
  | 'idempotency-key-reused'
  /** The endpoint has no URL to send to. */
  | 'endpoint-without-url'
  /** The endpoint is paused. */
  | 'endpoint-paused'
  /** As many attempts are under way at the endpoint, or at its tenant, as may be. */
  | 'endpoint-busy'
  /** The contract wants time between two rotations. */
  | 'rotation-cooldown'
  /** The endpoint’s keys were changed as often in 24 hours as its mirror can hold. */
  | 'rotation-budget'
  /** The store did not say whether the change was made. */
  | 'outcome-unknown'
  /** Something that the request needs does not answer at the moment. */
  | 'unavailable'
  /** A fault of Keyturn’s. */
  | 'internal'

export interface RequestConfig {
  /** 1000 to 30000. */
  readonly timeoutMs?: number
  /** none of the connection’s, the delivery’s or the signature’s; values are 1 to 1000 visible ASCII characters. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface CreateBody {
  readonly contract?: string
  readonly id?: string
  readonly secret?: string
  readonly url?: string | null
  /** At most 1000 characters. Default "". */
  readonly description?: string
  /** At most 200 characters. Default "". */
  readonly name?: string
  /** At most 100. Default []. */
  readonly eventTypes?: readonly string[]
  /** Default "active". */
  readonly status?: 'active' | 'paused'
  /** Default "on". */
  readonly mirror?: 'on' | 'off'
  /** Default {"timeoutMs":5000,"headers":{}}. */
  readonly requestConfig?: {
    /** 1000 to 30000. */
    readonly timeoutMs?: number
    /** none of the connection’s, the delivery’s or the signature’s; values are 1 to 1000 visible ASCII characters. */
    readonly headers?: Readonly<Record<string, string>>
  } | RequestConfig
  /** At most 20. Default []. */
  readonly consumers?: readonly string[]
}

export interface ShownRequestConfig {
  readonly timeoutMs: number
  /** A portal session is shown `***` in place of each value. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Endpoint {
  readonly id: string
  readonly tenantId: string
  readonly contract: string
  readonly url: string | null
  readonly description: string
  readonly name: string
  readonly eventTypes: readonly string[]
  readonly status: 'active' | 'paused'
  readonly mirror: 'on' | 'off'
  readonly requestConfig: ShownRequestConfig
  readonly consumers: readonly string[]
  /** How many keys have been made. */
  readonly version: number
  readonly currentKeyCreatedAt: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface CreateReply {
  readonly endpoint: Endpoint
  /** The secret, shown this once. */
  readonly signingSecret: string
  readonly keyId: string
  /** How many keys have been made. */
  readonly version: number
  readonly signsFrom: string | null
  readonly previousExpiresAt: string | null
  readonly mirror: 'current' | 'pending' | 'off'
  readonly state: 'signing' | 'published'
}

export interface ListQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number
  /** The nextCursor of the page before, with all but limit as it was there. */
  readonly cursor?: string
  /** As the reply shows it: also where Keyturn itself paused it. */
  readonly status?: 'active' | 'paused'
  /** The name of its contract, one that is mounted. */
  readonly contract?: string
  /** The endpoint’s URL; one without a query finds it whatever its query. At most 2048 characters. */
  readonly url?: string
}

export interface ListReply {
  readonly data: readonly Endpoint[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

export type GetReply = Endpoint

export interface UpdateBody {
  readonly url?: string | null
  /** At most 1000 characters. */
  readonly description?: string
  /** At most 200 characters. */
  readonly name?: string
  /** At most 100. */
  readonly eventTypes?: readonly string[]
  readonly status?: 'active' | 'paused'
  readonly mirror?: 'on' | 'off'
  readonly requestConfig?: RequestConfig
  /** At most 20. */
  readonly consumers?: readonly string[]
}

export type UpdateReply = Endpoint

export interface RotateBody {
  /** How long the keys before keep working: 0 to 604800 seconds long, in seconds. 0 to 604800. Default 86400. */
  readonly overlapSeconds?: number
  readonly secret?: string
  /** nothing that looks like a signing secret or an API key. At most 200 characters. */
  readonly reason?: string
  /** Default "now". */
  readonly signing?: 'now' | 'published' | 'manual'
  /** 1 to 604800. Default 600. */
  readonly leadSeconds?: number
  readonly ifRevision?: number
  /** Default true. */
  readonly reveal?: boolean
}

export type RotateReply = CreateReply

export interface UnrevealedRotateReply {
  readonly endpoint: Endpoint
  /** The secret, shown this once. */
  readonly signingSecret?: string
  readonly keyId: string
  /** How many keys have been made. */
  readonly version: number
  readonly signsFrom: string | null
  readonly previousExpiresAt: string | null
  readonly mirror: 'current' | 'pending' | 'off'
  readonly state: 'signing' | 'published'
}

export interface PromoteBody {
  /** At most 128 characters. */
  readonly keyId: string
  /** Default false. */
  readonly force?: boolean
  readonly ifRevision?: number
}

export interface PromoteReply {
  readonly version: number
  readonly signingKeyId: string
  readonly previousExpiresAt: string | null
}

export interface AbandonBody {
  /** At most 128 characters. */
  readonly keyId: string
  /** 0 to 604800. */
  readonly overlapSeconds?: number
  readonly ifRevision?: number
}

export interface AbandonReply {
  readonly version: number
  readonly abandonedKeyId: string
  readonly expiresAt: string | null
}

export interface RollBackBody {
  /** Default false. */
  readonly force?: boolean
  readonly ifRevision?: number
}

export interface RollBackReply {
  readonly version: number
  readonly signingKeyId: string
  readonly publishedKeyId: string | null
}

export interface RevokePreviousBody {
  /** Default false. */
  readonly requireProof?: boolean
  readonly ifRevision?: number
}

export interface RevokePreviousReply {
  /** How many keys have been made. */
  readonly version: number
  readonly revokedKeyIds: readonly string[]
}

export interface SecretStateReply {
  readonly version: number
  /** Rises with every change of the keys: what `ifRevision` takes. */
  readonly revision: number
  readonly signingKeyId: string
  readonly hint: string
  readonly keys: readonly {
    readonly id: string
    readonly createdAt: string
    readonly expiresAt: string | null
    readonly state: 'published' | 'signing' | 'retiring'
    readonly hint: string
    readonly signsFrom: string | null
    readonly proof: {
      readonly adoption: 'adopted' | 'not-adopted' | 'accepts-anything' | 'inconclusive' | 'unreachable'
      readonly at: string
    } | null
  }[]
  readonly mirror: {
    readonly state: 'current' | 'pending' | 'off'
    readonly name: string
    readonly error: string | null
  }
  readonly policy?: {
    readonly state: string
    readonly error: string | null
    readonly refused?: readonly string[]
  }
}

export interface RotationsQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number
  /** The nextCursor of the page before, with all but limit as it was there. */
  readonly cursor?: string
}

export interface RotationsItem {
  readonly id: string
  readonly keyId: string
  readonly version: number
  readonly at: string
  readonly actor: {
    readonly kind: string
    readonly id: string
    readonly via?: string
    readonly sessionId?: string
  }
  readonly kind: 'create' | 'rotate' | 'revoke' | 'publish' | 'promote' | 'abandon' | 'roll-back' | 'update' | 'delete' | 'replay' | 'create-api-key' | 'revoke-api-key' | 'create-portal-session' | 'end-portal-session' | 'end-portal-sessions'
  readonly reason: string | null
  /** Seconds, or `endless`. */
  readonly overlapSeconds: number | string | null
}

export interface RotationsReply {
  readonly data: readonly RotationsItem[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

export type AuditQuery = RotationsQuery

export interface AuditRecord {
  readonly id: string
  /** Null: it is about the tenant’s access. */
  readonly endpointId: string | null
  readonly at: string
  readonly actor: {
    readonly kind: string
    readonly id: string
    readonly via?: string
    readonly sessionId?: string
  }
  readonly kind: 'create' | 'rotate' | 'revoke' | 'publish' | 'promote' | 'abandon' | 'roll-back' | 'update' | 'delete' | 'replay' | 'create-api-key' | 'revoke-api-key' | 'create-portal-session' | 'end-portal-session' | 'end-portal-sessions'
  readonly reason: string | null
  readonly changed: Readonly<Record<string, {
    readonly from: string | number | readonly unknown[] | null
    readonly to: string | number | readonly unknown[] | null
  }>>
}

export interface AuditReply {
  readonly data: readonly AuditRecord[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

export interface TenantAuditQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number
  /** The nextCursor of the page before, with all but limit as it was there. */
  readonly cursor?: string
  /** The earliest time, which is among them. */
  readonly since?: string
}

export type TenantAuditReply = AuditReply

export interface PublishBody {
  /** May be given, and is then the tenant that the request is for. */
  readonly tenantId?: string
  /** 1 to 128 characters of A-Z, a-z, 0-9, _ . : -. */
  readonly type: string
  /** 1 to 128 characters of A-Z, a-z, 0-9, _ . : -. */
  readonly id?: string
  /** Any JSON of at most 200 KiB, nested at most 99 deep. */
  readonly payload: unknown
}

export interface PublishReply {
  readonly id: string
}

export interface GetHealthReply {
  readonly status: 'active' | 'paused'
  readonly pausedReason: string | null
  readonly pausedAt: string | null
  readonly consecutiveFailures: number
  readonly errorsSinceLastSuccess: number
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  readonly avgResponseTimeMs: number | null
  readonly lastResponseTimeMs: number | null
  readonly lastStatus: {
    readonly code: number | null
    readonly message: string
    readonly timestamp: string
  } | null
  readonly deliveriesCount: number
  readonly deliveriesSucceeded: number
  readonly deliveriesFailed: number
  readonly lastDeliveryAt: string | null
  readonly lastDeliveryStatus: 'success' | 'failed' | 'pending' | null
}

export interface TestBody {
  /** 1 to 128 characters of A-Z, a-z, 0-9, _ . : -. */
  readonly eventType?: string
}

export interface TestReply {
  readonly delivered: boolean
  readonly messageId: string
  readonly eventType: string
  readonly sentAt: string
  /** The receiver’s HTTP status; null where no reply came. */
  readonly responseStatus: number | null
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseBody: string | null
  readonly errorMessage: string | null
  readonly durationMs: number
  readonly keyIds: readonly string[]
}

export interface ProbeReply {
  readonly adoption: 'adopted' | 'not-adopted' | 'accepts-anything' | 'inconclusive' | 'unreachable'
  readonly keyId: string
  readonly at: string
  readonly checks: readonly {
    readonly signedBy: 'newest' | 'previous' | 'nobody'
    /** The receiver’s HTTP status; null where no reply came. */
    readonly responseStatus: number | null
    readonly errorMessage: string | null
    readonly durationMs: number
  }[]
}

export type AttemptsQuery = RotationsQuery

export interface AttemptsItem {
  readonly id: string
  readonly messageId: string
  readonly eventType: string
  readonly kind: 'delivery' | 'test' | 'probe'
  readonly number: number
  readonly at: string
  readonly durationMs: number
  /** The receiver’s HTTP status; null where no reply came. */
  readonly status: number | null
  readonly error: 'insecure-url' | 'refused-address' | 'unresolved' | 'lookup-timeout' | 'connection-refused' | 'connect-timeout' | 'unreachable' | 'tls' | 'timeout' | 'bad-response' | 'status' | null
  readonly response: string
  readonly keyIds: readonly string[]
}

export interface AttemptsReply {
  readonly data: readonly AttemptsItem[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

export interface DeliveriesQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number
}

export interface DeliveriesItem {
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly status: 'success' | 'failed' | 'pending'
  readonly attemptCount: number
  /** The receiver’s HTTP status; null where no reply came. */
  readonly lastResponseStatus: number | null
  readonly errorMessage: string | null
  readonly createdAt: string
  readonly deliveredAt: string | null
  readonly dlqAt: string | null
}

export interface DeliveriesReply {
  readonly data: readonly DeliveriesItem[]
}

export interface RecoverBody {
  /** At most 30 days ago, and not in the future. */
  readonly since: string
}

export interface RecoverReply {
  readonly queued: number
}

export interface SendAgainReply {
  readonly id: string
  readonly status: 'success' | 'failed' | 'pending'
}

export interface CreateApiKeyBody {
  /** 1 to 200 characters, none of them a control character. At most 200 characters. */
  readonly name: string
  /** At most 50. */
  readonly tenantIds: readonly string[]
  /** None that the API key of the request lacks. At most 6. */
  readonly permissions: readonly ('endpoints:read' | 'endpoints:write' | 'endpoints:rotate' | 'events:write' | 'deliveries:content' | 'portal:write')[]
  /** In the future, and no later than the API key of the request expires; else a year ahead. */
  readonly expiresAt: string
}

export interface CreateApiKeyReply {
  /** The key itself, shown this once. */
  readonly apiKey: string
  readonly id: string
  readonly name: string
  readonly contract: string
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly state: 'active' | 'expired' | 'revoked'
  readonly createdAt: string
  /** Who made it; null: nobody wrote it down. */
  readonly createdBy: {
    readonly kind: string
    readonly id: string
    readonly via?: string
    readonly sessionId?: string
  } | null
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

export interface ListApiKeysQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number
  /** The nextCursor of the page before, with all but limit as it was there. */
  readonly cursor?: string
  /** Those that name this tenant. */
  readonly tenant?: string
}

export interface ListApiKeysItem {
  readonly id: string
  readonly name: string
  readonly contract: string
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  readonly state: 'active' | 'expired' | 'revoked'
  readonly createdAt: string
  /** Who made it; null: nobody wrote it down. */
  readonly createdBy: {
    readonly kind: string
    readonly id: string
    readonly via?: string
    readonly sessionId?: string
  } | null
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

export interface ListApiKeysReply {
  readonly data: readonly ListApiKeysItem[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

export interface EndCredentialsReply {
  readonly endedApiKeyIds: readonly string[]
  readonly leftApiKeys: readonly {
    readonly id: string
    readonly name: string
    readonly contract: string
    readonly tenantIds: readonly string[]
  }[]
}

export interface SessionReply {
  readonly kind: 'portal' | 'session' | 'api-key'
  /** A portal session’s id. */
  readonly id: string | null
  readonly subject: string
  readonly tenantId: string
  readonly displayName: string | null
  /** Those in effect now. */
  readonly scopes: readonly ('read' | 'rotate' | 'write' | 'test')[]
  /** Null: any of the tenant’s. */
  readonly endpointIds: readonly string[] | null
  readonly createdAt: string | null
  readonly expiresAt: string | null
  readonly authenticatedAt: string | null
  readonly returnUrl: string | null
  readonly locale: string | null
  readonly theme: 'light' | 'dark' | null
  /** Whether it is shown what receivers answered. */
  readonly deliveryBodies: boolean
}

export interface CreatePortalSessionBody {
  /** an opaque id of the person, of 1 to 128 characters of A-Z, a-z, 0-9, _ . : -. */
  readonly subject: string
  /** What the page calls the person. At most 100 characters. */
  readonly displayName?: string
  readonly scopes: readonly ('read' | 'rotate' | 'write' | 'test')[]
  /** The only endpoints that it reaches; absent: all of the tenant’s. At most 100. */
  readonly endpointIds?: readonly string[]
  /** At most 900 with the scope rotate; never longer than the API key lives. 60 to 3600. Default 900. */
  readonly expiresInSeconds?: number
  /** When the person last signed in at the platform, not in the future. */
  readonly authenticatedAt?: string
  /** The pages that frame it; absent: it is a page by itself. At most 20. */
  readonly parentOrigins?: readonly string[]
  /** A URL of at most 2048 characters that the page leads back to. At most 2048 characters. */
  readonly returnUrl?: string
  /** a language tag, like en or de-AT. */
  readonly locale?: string
  readonly theme?: 'light' | 'dark'
}

export interface CreatePortalSessionReply {
  readonly id: string
  /** Opens the page, once: its fragment is the code. */
  readonly url: string
  readonly expiresAt: string
}

export interface EndPortalSessionsQuery {
  /** Whose sessions end. */
  readonly subject: string
}

export interface DescribePortalSessionBody {
  /** the code of the link, as it stands behind the #. */
  readonly code: string
}

export interface DescribePortalSessionReply {
  readonly id: string
  readonly tenantId: string
  readonly subject: string
  readonly displayName: string | null
  readonly expiresAt: string
}

export interface ExchangePortalSessionBody {
  /** the code of the link, as it stands behind the #. */
  readonly code: string
  /** 32 random bytes in base64url: 43 characters. */
  readonly nonce: string
}

export interface ExchangePortalSessionReply {
  readonly id: string
  /** Of an embedded session; that of a page by itself is in its cookie. */
  readonly token: string | null
  readonly parentOrigins: readonly string[]
}

export interface HealthReply {
  readonly status: 'ok'
  readonly version: string
}

/**
 * A method for each operation of the API. Times are texts in ISO 8601.
 *
 * @throws {KeyturnError} from every method, besides what stands there: `invalid-request`, `missing-credentials`,
 * `invalid-token`, `expired-token`, `invalid-api-key`, `permission-denied`, `not-found`, `payload-too-large`,
 * `internal`, `unavailable`, and the codes that are the client’s own.
 */
export interface KeyturnClient {
  /**
   * Create or import an endpoint.
   * The reply shows the new secret, once. With `id` and `secret`, one that a platform has already is imported. Who
   * may call: An API key with `endpoints:write` and `endpoints:rotate`, or a session with the role admin, or a
   * portal session with the scope `write` and `rotate`. A portal session gives no more than `contract`, `url`,
   * `name`, `description`, `eventTypes`, `status`.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `endpoint-exists`, `contract-not-mounted`, `too-many-endpoints`,
   * `rotation-conflict`, `rotation-superseded`, `idempotency-key-reused`, `consumer-not-reader`,
   * `rotation-budget`, `outcome-unknown`
   */
  create(body: CreateBody, options?: KeyedCallOptions): Promise<CreateReply>

  /**
   * List endpoints.
   * Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a portal
   * session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  list(query?: ListQuery, options?: CallOptions): Promise<ListReply>

  /** Each item of `list`, from the query’s page on. A page is read when its first item is asked for. */
  listAll(query?: ListQuery, options?: CallOptions): AsyncGenerator<Endpoint, void, undefined>

  /**
   * Read an endpoint.
   * Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a portal
   * session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  get(id: string, options?: CallOptions): Promise<GetReply>

  /**
   * Change an endpoint’s settings.
   * Lists, and the headers of `requestConfig`, are replaced as a whole. Who may call: An API key with
   * `endpoints:write`, or a session with the role admin, or a portal session with the scope `write`. Besides,
   * `consumers` needs `endpoints:rotate`, `mirror` needs `endpoints:rotate`. A portal session gives no more than
   * `url`, `name`, `description`, `eventTypes`, `status`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`, `contract-not-mounted`, `rotation-conflict`, `consumer-not-reader`,
   * `outcome-unknown`
   */
  update(id: string, body?: UpdateBody, options?: CallOptions): Promise<UpdateReply>

  /**
   * Delete an endpoint.
   * Its keys end, and its mirror is deleted after 7 days. Who may call: An API key with `endpoints:write` and
   * `endpoints:rotate`, or a session with the role admin, or a portal session with the scope `write` and `rotate`.
   * A person must have signed in within five minutes. A body is ignored.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`, `recent-sign-in-required`, `rotation-conflict`, `outcome-unknown`
   */
  delete(id: string, options?: CallOptions): Promise<void>

  /**
   * Rotate the signing secret.
   * The reply shows the new secret, once. The keys before keep working for the overlap. Who may call: An API key
   * with `endpoints:rotate`, or a session with the role admin, or a portal session with the scope `rotate`. A
   * portal session gives no more than `overlapSeconds`, `signing`, `leadSeconds`, `reason`, `ifRevision`,
   * `reveal`.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `recent-sign-in-required`, `contract-not-mounted`,
   * `too-many-live-keys`, `rotation-in-progress`, `rotation-conflict`, `changed-meanwhile`, `rotation-superseded`,
   * `idempotency-key-reused`, `rotation-cooldown`, `rotation-budget`, `outcome-unknown`
   */
  rotate(id: string, body?: RotateBody & { readonly reveal?: true }, options?: KeyedCallOptions): Promise<RotateReply>
  /** With `reveal: false` the reply leaves out `signingSecret`. */
  rotate(id: string, body?: RotateBody, options?: KeyedCallOptions): Promise<UnrevealedRotateReply>

  /**
   * Let the published key sign.
   * Who may call: An API key with `endpoints:rotate`, or a session with the role admin, or a portal session with
   * the scope `rotate`.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `recent-sign-in-required`, `contract-not-mounted`,
   * `rotation-in-progress`, `rotation-conflict`, `changed-meanwhile`, `nothing-published`, `key-changed`,
   * `too-early`, `rotation-superseded`, `idempotency-key-reused`, `rotation-budget`, `outcome-unknown`
   */
  promote(id: string, body: PromoteBody, options?: KeyedCallOptions): Promise<PromoteReply>

  /**
   * End the published key unused.
   * Who may call: An API key with `endpoints:rotate`, or a session with the role admin, or a portal session with
   * the scope `rotate`.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `recent-sign-in-required`, `contract-not-mounted`,
   * `rotation-in-progress`, `rotation-conflict`, `changed-meanwhile`, `nothing-published`, `key-changed`,
   * `rotation-superseded`, `idempotency-key-reused`, `rotation-budget`, `outcome-unknown`
   */
  abandon(id: string, body: AbandonBody, options?: KeyedCallOptions): Promise<AbandonReply>

  /**
   * Let the key before sign again.
   * The newer key is published again. Who may call: An API key with `endpoints:rotate`, or a session with the role
   * admin, or a portal session with the scope `rotate`.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `contract-not-mounted`, `rotation-in-progress`, `rotation-conflict`,
   * `changed-meanwhile`, `nothing-to-roll-back`, `too-late`, `rotation-superseded`, `idempotency-key-reused`,
   * `rotation-budget`, `outcome-unknown`
   */
  rollBack(id: string, body?: RollBackBody, options?: KeyedCallOptions): Promise<RollBackReply>

  /**
   * End every retiring key now.
   * Who may call: An API key with `endpoints:rotate`, or a session with the role admin, or a portal session with
   * the scope `rotate`. A person must have signed in within five minutes.
   * A request whose reply is lost is sent again with the same `Idempotency-Key`.
   *
   * @throws {KeyturnError} `role-required`, `recent-sign-in-required`, `contract-not-mounted`,
   * `rotation-conflict`, `changed-meanwhile`, `not-proven`, `rotation-superseded`, `idempotency-key-reused`,
   * `rotation-budget`, `outcome-unknown`
   */
  revokePrevious(id: string, body?: RevokePreviousBody, options?: KeyedCallOptions): Promise<RevokePreviousReply>

  /**
   * Read the live keys, without their secrets.
   * Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a portal
   * session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  secretState(id: string, options?: CallOptions): Promise<SecretStateReply>

  /**
   * List what happened to the keys.
   * Newest first. Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a
   * portal session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  rotations(id: string, query?: RotationsQuery, options?: CallOptions): Promise<RotationsReply>

  /** Each item of `rotations`, from the query’s page on. A page is read when its first item is asked for. */
  rotationsAll(id: string, query?: RotationsQuery, options?: CallOptions): AsyncGenerator<RotationsItem, void, undefined>

  /**
   * List all that happened to an endpoint.
   * Newest first; also of one that is deleted. Who may call: An API key with `endpoints:read`, or a session with
   * the role admin or member, or a portal session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  audit(id: string, query?: AuditQuery, options?: CallOptions): Promise<AuditReply>

  /** Each item of `audit`, from the query’s page on. A page is read when its first item is asked for. */
  auditAll(id: string, query?: AuditQuery, options?: CallOptions): AsyncGenerator<AuditRecord, void, undefined>

  /**
   * List all that happened to a tenant.
   * Newest first: its endpoints, also those that are deleted, its API keys and its portal sessions. Who may call:
   * An API key with `endpoints:read`, or a session with the role admin or member, or a portal session with the
   * scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  tenantAudit(query?: TenantAuditQuery, options?: CallOptions): Promise<TenantAuditReply>

  /** Each item of `tenantAudit`, from the query’s page on. A page is read when its first item is asked for. */
  tenantAuditAll(query?: TenantAuditQuery, options?: CallOptions): AsyncGenerator<AuditRecord, void, undefined>

  /**
   * Publish an event.
   * It is delivered to each endpoint that subscribes to its type. The same id again delivers nothing twice. Who
   * may call: An API key with `events:write`, or a session with the role admin.
   * A request whose reply is lost is sent again where the body has an `id`.
   *
   * @throws {KeyturnError} `role-required`
   */
  publish(body: PublishBody, options?: CallOptions): Promise<PublishReply>

  /**
   * Read an endpoint.
   * Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a portal
   * session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  getHealth(id: string, options?: CallOptions): Promise<GetHealthReply>

  /**
   * Send a test delivery.
   * It is sent while the caller waits. Who may call: An API key with `endpoints:write`, or a session with the role
   * admin, or a portal session with the scope `test`.
   * A request whose reply is lost is not sent again.
   *
   * @throws {KeyturnError} `role-required`, `contract-not-mounted`, `endpoint-without-url`, `endpoint-busy`
   */
  test(id: string, body?: TestBody, options?: CallOptions): Promise<TestReply>

  /**
   * Ask a receiver whether it has the newest key.
   * Two or three test deliveries, at most 15 seconds together. Who may call: An API key with `endpoints:write`, or
   * a session with the role admin, or a portal session with the scope `rotate` whose API key has
   * `endpoints:write`.
   * A request whose reply is lost is not sent again.
   *
   * @throws {KeyturnError} `role-required`, `contract-not-mounted`, `endpoint-without-url`, `endpoint-busy`
   */
  probe(id: string, options?: CallOptions): Promise<ProbeReply>

  /**
   * List what was sent and what was answered.
   * Newest first, of 30 days. Who may call: An API key with `endpoints:read`, or a session with the role admin or
   * member, or a portal session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  attempts(id: string, query?: AttemptsQuery, options?: CallOptions): Promise<AttemptsReply>

  /** Each item of `attempts`, from the query’s page on. A page is read when its first item is asked for. */
  attemptsAll(id: string, query?: AttemptsQuery, options?: CallOptions): AsyncGenerator<AttemptsItem, void, undefined>

  /**
   * List an endpoint’s deliveries.
   * Newest first. Who may call: An API key with `endpoints:read`, or a session with the role admin or member, or a
   * portal session with the scope `read`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  deliveries(id: string, query?: DeliveriesQuery, options?: CallOptions): Promise<DeliveriesReply>

  /**
   * Send again what failed since a time.
   * It goes out after the reply, oldest first. Who may call: An API key with `endpoints:write`, or a session with
   * the role admin, or a portal session with the scope `write`.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`, `endpoint-without-url`, `endpoint-paused`
   */
  recover(id: string, body: RecoverBody, options?: CallOptions): Promise<RecoverReply>

  /**
   * Send a failed delivery again.
   * Who may call: An API key with `endpoints:write`, or a session with the role admin, or a portal session with
   * the scope `write`. A body is ignored.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`, `endpoint-without-url`, `endpoint-paused`
   */
  sendAgain(id: string, options?: CallOptions): Promise<SendAgainReply>

  /**
   * Make an API key for a customer.
   * The reply shows the key, once; a repeat makes another one. It never has more rights than the key that makes
   * it. Who may call: An API key with `keys:write`.
   * A request whose reply is lost is not sent again.
   */
  createApiKey(body: CreateApiKeyBody, options?: CallOptions): Promise<CreateApiKeyReply>

  /**
   * List API keys.
   * Ended ones too, in the order of their ids. Who may call: An API key with `keys:write`.
   * A request whose reply is lost is sent again.
   */
  listApiKeys(query?: ListApiKeysQuery, options?: CallOptions): Promise<ListApiKeysReply>

  /** Each item of `listApiKeys`, from the query’s page on. A page is read when its first item is asked for. */
  listApiKeysAll(query?: ListApiKeysQuery, options?: CallOptions): AsyncGenerator<ListApiKeysItem, void, undefined>

  /**
   * End an API key.
   * Who may call: An API key with `keys:write`. A body is ignored.
   * A request whose reply is lost is sent again.
   */
  revokeApiKey(id: string, options?: CallOptions): Promise<void>

  /**
   * End all credentials of a tenant.
   * All portal sessions of the tenant are over, so its people are signed out of the portal. API keys of several
   * tenants stay, and are listed. Who may call: An API key with `keys:write`. A body is ignored.
   * A request whose reply is lost is not sent again.
   */
  endCredentials(id: string, options?: CallOptions): Promise<EndCredentialsReply>

  /**
   * Read who calls, and what that caller may do now.
   * For a page that shows no control which would be refused. Who may call: An API key, or a session with the role
   * admin or member, or a portal session.
   * A request whose reply is lost is sent again.
   *
   * @throws {KeyturnError} `role-required`
   */
  session(options?: CallOptions): Promise<SessionReply>

  /**
   * Make a portal session for one person.
   * The reply has the link, once, whose code works once and for five minutes; a repeat makes another session. Who
   * may call: An API key with `portal:write`.
   * A request whose reply is lost is not sent again.
   */
  createPortalSession(body: CreatePortalSessionBody, options?: CallOptions): Promise<CreatePortalSessionReply>

  /**
   * End all portal sessions of a person.
   * Those that are made later work. Who may call: An API key with `portal:write`. A body is ignored.
   * A request whose reply is lost is sent again.
   */
  endPortalSessions(query: EndPortalSessionsQuery, options?: CallOptions): Promise<void>

  /**
   * Read whose session a link is.
   * For the page itself alone, before its reader goes on. The code stays good. Needs no credential.
   * A request whose reply is lost is sent again.
   */
  describePortalSession(body: DescribePortalSessionBody, options?: CallOptions): Promise<DescribePortalSessionReply>

  /**
   * Exchange a code for the session’s token.
   * For the page itself alone. A page by itself gets a cookie, an embedded one the token. The same code with the
   * same nonce answers the same for a minute, and with another nonce never. Needs no credential.
   * A request whose reply is lost is sent again.
   */
  exchangePortalSession(body: ExchangePortalSessionBody, options?: CallOptions): Promise<ExchangePortalSessionReply>

  /**
   * End a portal session.
   * A session may end itself. Who may call: An API key with `portal:write`, or a portal session whose API key has
   * `portal:write`. A body is ignored.
   * A request whose reply is lost is sent again.
   */
  endPortalSession(id: string, options?: CallOptions): Promise<void>

  /**
   * Whether the API answers.
   * Needs no credential.
   * A request whose reply is lost is sent again.
   */
  health(options?: CallOptions): Promise<HealthReply>
}

/** The methods, each as a call of its operation. */
export function operationsOf(call: Call): KeyturnClient {
  const client: KeyturnClient = {
    create: (body, options) =>
      call({ method: 'POST', path: '/v1/endpoints', repeat: 'keyed', reply: 'object' }, { body }, options) as Promise<CreateReply>,
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/endpoints', repeat: 'safe', reply: 'page' }, { query }, options) as Promise<ListReply>,
    listAll: (query, options) =>
      itemsOf(page => client.list(page, options), query ?? {}),
    get: (id, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}', repeat: 'safe', reply: 'object' }, { path: { id } }, options) as Promise<GetReply>,
    update: (id, body, options) =>
      call({ method: 'PATCH', path: '/v1/endpoints/{id}', repeat: 'safe', reply: 'object' }, { path: { id }, body }, options) as Promise<UpdateReply>,
    delete: (id, options) =>
      call({ method: 'DELETE', path: '/v1/endpoints/{id}', repeat: 'safe', reply: 'none' }, { path: { id } }, options) as Promise<void>,
    rotate: (id: string, body?: RotateBody, options?: KeyedCallOptions) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/rotate', repeat: 'keyed', reply: 'object' }, { path: { id }, body }, options) as Promise<RotateReply>,
    promote: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/promote', repeat: 'keyed', reply: 'object' }, { path: { id }, body }, options) as Promise<PromoteReply>,
    abandon: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/abandon', repeat: 'keyed', reply: 'object' }, { path: { id }, body }, options) as Promise<AbandonReply>,
    rollBack: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/roll-back', repeat: 'keyed', reply: 'object' }, { path: { id }, body }, options) as Promise<RollBackReply>,
    revokePrevious: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/revoke-previous', repeat: 'keyed', reply: 'object' }, { path: { id }, body }, options) as Promise<RevokePreviousReply>,
    secretState: (id, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/secret', repeat: 'safe', reply: 'object' }, { path: { id } }, options) as Promise<SecretStateReply>,
    rotations: (id, query, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/rotations', repeat: 'safe', reply: 'page' }, { path: { id }, query }, options) as Promise<RotationsReply>,
    rotationsAll: (id, query, options) =>
      itemsOf(page => client.rotations(id, page, options), query ?? {}),
    audit: (id, query, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/audit', repeat: 'safe', reply: 'page' }, { path: { id }, query }, options) as Promise<AuditReply>,
    auditAll: (id, query, options) =>
      itemsOf(page => client.audit(id, page, options), query ?? {}),
    tenantAudit: (query, options) =>
      call({ method: 'GET', path: '/v1/audit', repeat: 'safe', reply: 'page' }, { query }, options) as Promise<TenantAuditReply>,
    tenantAuditAll: (query, options) =>
      itemsOf(page => client.tenantAudit(page, options), query ?? {}),
    publish: (body, options) =>
      call({ method: 'POST', path: '/v1/events', repeat: 'with-id', reply: 'object' }, { body }, options) as Promise<PublishReply>,
    getHealth: (id, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/health', repeat: 'safe', reply: 'object' }, { path: { id } }, options) as Promise<GetHealthReply>,
    test: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/test', repeat: 'never', reply: 'object' }, { path: { id }, body }, options) as Promise<TestReply>,
    probe: (id, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/secret/probe', repeat: 'never', reply: 'object' }, { path: { id } }, options) as Promise<ProbeReply>,
    attempts: (id, query, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/attempts', repeat: 'safe', reply: 'page' }, { path: { id }, query }, options) as Promise<AttemptsReply>,
    attemptsAll: (id, query, options) =>
      itemsOf(page => client.attempts(id, page, options), query ?? {}),
    deliveries: (id, query, options) =>
      call({ method: 'GET', path: '/v1/endpoints/{id}/deliveries', repeat: 'safe', reply: 'list' }, { path: { id }, query }, options) as Promise<DeliveriesReply>,
    recover: (id, body, options) =>
      call({ method: 'POST', path: '/v1/endpoints/{id}/deliveries/recover', repeat: 'safe', reply: 'object' }, { path: { id }, body }, options) as Promise<RecoverReply>,
    sendAgain: (id, options) =>
      call({ method: 'POST', path: '/v1/deliveries/{id}/send-again', repeat: 'safe', reply: 'object' }, { path: { id } }, options) as Promise<SendAgainReply>,
    createApiKey: (body, options) =>
      call({ method: 'POST', path: '/v1/api-keys', repeat: 'never', reply: 'object' }, { body }, options) as Promise<CreateApiKeyReply>,
    listApiKeys: (query, options) =>
      call({ method: 'GET', path: '/v1/api-keys', repeat: 'safe', reply: 'page' }, { query }, options) as Promise<ListApiKeysReply>,
    listApiKeysAll: (query, options) =>
      itemsOf(page => client.listApiKeys(page, options), query ?? {}),
    revokeApiKey: (id, options) =>
      call({ method: 'DELETE', path: '/v1/api-keys/{id}', repeat: 'safe', reply: 'none' }, { path: { id } }, options) as Promise<void>,
    endCredentials: (id, options) =>
      call({ method: 'DELETE', path: '/v1/tenants/{id}/credentials', repeat: 'never', reply: 'object' }, { path: { id } }, options) as Promise<EndCredentialsReply>,
    session: (options) =>
      call({ method: 'GET', path: '/v1/session', repeat: 'safe', reply: 'object' }, {}, options) as Promise<SessionReply>,
    createPortalSession: (body, options) =>
      call({ method: 'POST', path: '/v1/portal-sessions', repeat: 'never', reply: 'object' }, { body }, options) as Promise<CreatePortalSessionReply>,
    endPortalSessions: (query, options) =>
      call({ method: 'DELETE', path: '/v1/portal-sessions', repeat: 'safe', reply: 'none' }, { query }, options) as Promise<void>,
    describePortalSession: (body, options) =>
      call({ method: 'POST', path: '/v1/portal-sessions/describe', repeat: 'safe', reply: 'object', isOpen: true }, { body }, options) as Promise<DescribePortalSessionReply>,
    exchangePortalSession: (body, options) =>
      call({ method: 'POST', path: '/v1/portal-sessions/exchange', repeat: 'safe', reply: 'object', isOpen: true }, { body }, options) as Promise<ExchangePortalSessionReply>,
    endPortalSession: (id, options) =>
      call({ method: 'DELETE', path: '/v1/portal-sessions/{id}', repeat: 'safe', reply: 'none' }, { path: { id } }, options) as Promise<void>,
    health: (options) =>
      call({ method: 'GET', path: '/health', repeat: 'safe', reply: 'object', isOpen: true }, {}, options) as Promise<HealthReply>,
  }
  return client
}
