import type { ProblemCode } from '../core/problem'
import type { Scheme } from '../verify/schemes'
import type { ClientRules, TenantParts } from './client-rules'
import {
  type DeliveryPart,
  type Encoding,
  type errorContentTypes,
  type headerFields,
  type idempotencyKeyRules,
  type ListFilter,
  type MessageIdKind,
  type Method,
  type OverlapUnit,
  type publishedSignings,
  type reaches,
  type replyStatuses,
  type Role,
  type Scope,
  type roundingDirections,
  type secretKeys,
  type tenantFormats,
  type TimeFormat,
  type unknownFieldRules,
  type urlRules,
  type Use,
  isOfPlatform,
} from './dimensions'
import type { Listed } from './listed'
import type { PlaceText } from './place'
import type { ErrorField, ReplyFields, RequestField } from './reply-fields'
import type { Json, Shape } from './shape'

/**
 * One vendor's HTTP dialect, as data. The same data serves as server (Keyturn answers like the vendor) and as client
 * (the rotation hook calls the vendor). A member that may be absent says what holds without it, so that a contract says
 * what is particular to its vendor. One that only the rotation hook uses needs neither `credentials.apiKey` nor `access`
 * nor `errors`. `docs/add-a-contract.md` has complete examples, and `checkContract` refuses what these types cannot.
 */
export interface Contract {
  /** Lower-case; part of API keys' scope, endpoints and configuration. */
  readonly name: string
  readonly credentials: Credentials
  readonly tenant: TenantSource
  readonly ids: IdFormat
  readonly secret: SecretFormat
  /** How deliveries are signed, and how the revealed text becomes the HMAC key's bytes. */
  readonly signing: Scheme
  /** What deliveries carry besides the signature. Absent: `standardDelivery`. */
  readonly delivery?: DeliveryFormat
  readonly overlap: Overlap
  /** What a rotation does while an overlap is open. It must be said where keys overlap. */
  readonly secondRotation?: SecondRotation
  /** Seconds that must pass between two rotations of one endpoint, else 429 with `Retry-After`. Absent: none must pass. */
  readonly cooldownSeconds?: number
  /** What the cooldown counts from. Absent: the key that signs, also the one that was made with the endpoint. */
  readonly cooldownFrom?: 'rotation'
  /** Absent: `optional`. A rule alone is about the header `Idempotency-Key`; `in` is another place. */
  readonly idempotencyKey?: IdempotencyKeyRule | { readonly rule: IdempotencyKeyRule; readonly in: PlaceText }
  /** What a rotate request's body may say. Absent or `null`: the body is ignored, but for what `overlap` asks for. */
  readonly rotateBody?: RotateBody | null
  /**
   * The contract's own route publishes a new key, and it signs only once receivers have it. While it waits, another rotation
   * is 409. Absent: a new key signs at once.
   */
  readonly publishes?: Publishes
  /** What a test request's body may say. Absent: the body is ignored. */
  readonly testBody?: { readonly eventTypeField: string }
  /** The member of a `revoke-previous` request that asks for a proof of the key that signs. Absent: none does. */
  readonly revokeBody?: { readonly proofField: string }
  /** Present: a rotation sets the endpoint's count of failures in a row to 0. */
  readonly rotationResetsFailures?: true
  /** Absent: the contract has one version. */
  readonly apiVersions?: ApiVersions
  /** Whether an endpoint of this contract must have a URL. Absent: `required`. */
  readonly url?: (typeof urlRules)[number]
  /** Which endpoints its operations reach: its own alone, or those of every mounted contract. Absent: `own`. */
  readonly reach?: (typeof reaches)[number]
  /** How times are written, unless a reply says otherwise. It must be said where a reply shows a time; else `iso-millis`. */
  readonly times?: TimeFormat
  /** Of replies, errors apart: a JSON type, such as `application/vnd.acme.v1+json`. Absent: `application/json`. */
  readonly contentType?: string
  /** Headers of every reply, errors too. Absent: none but Keyturn's own. */
  readonly headers?: Readonly<Record<string, Shape<RequestField>>>
  readonly operations: Operations
  /** Absent: only the rotation hook uses the contract. */
  readonly errors?: ErrorDialect
  /** How the vendor's own dashboard shows the secret, for the portal. Absent: the portal shows its endpoints as any other. */
  readonly tile?: Tile
  /** Whether the real vendor promises that a repeated `Idempotency-Key` replays the same secret. Absent: it does not. */
  readonly vendorReplays?: boolean
  /** How the rotation hook calls the real vendor, where that says more than the server's side. */
  readonly client?: ClientRules
}

/** The tile of a dashboard that has the secret of a contract whose tenants have one endpoint each: its texts. */
export interface Tile {
  /** Of the sidebar's entry that leads to it. */
  readonly section: string
  readonly title: string
  readonly description: string
  /** Of the control that rotates, by the contract's own route. Whoever may not rotate does not see it. */
  readonly rotate: string
  /** What stands beside a new secret. */
  readonly prompt: string
  readonly copy: string
}

export type IdempotencyKeyRule = (typeof idempotencyKeyRules)[number]

/** Where the credential stands, and what it looks like. */
export interface Credentials {
  /** A request may have it in any of these places. Absent: `bearer`. */
  readonly in?: CredentialPlace | readonly CredentialPlace[]
  /** Absent: this contract has no API keys. A token with the prefix is an API key, any other is a session. */
  readonly apiKey?: TextFormat
  /** Whether dashboard sessions (JWTs) are accepted at all. Absent: they are not, and are 401. */
  readonly sessions?: boolean
  /**
   * The permission that the API key which makes a portal session must hold for each of its scopes, at that time and ever
   * after. Absent: portal sessions are 401.
   */
  readonly portalScopes?: Readonly<Record<Scope, string>>
  /** The permissions that an API key of this contract can hold. Absent: none. */
  readonly permissions?: readonly string[]
  /** The plans that an API key can be on, lowest first. Absent: no plans. */
  readonly plans?: readonly string[]
}

/** Where a request has its credential. */
export type CredentialPlace =
  /** `Authorization: Bearer <token>` (RFC 6750, section 2.1). */
  | { readonly kind: 'bearer' }
  /** A header, in which the token stands after `prefix`; absent: bare. */
  | { readonly kind: 'header'; readonly name: string; readonly prefix?: string }
  /** `Authorization: Basic` (RFC 7617): the token is the password of this user; absent: it is the user, with any password. */
  | { readonly kind: 'basic'; readonly user?: string }
  /**
   * The token is the password, whoever the user is. The rotation hook's credential is then `<user>:<password>`, or the
   * password alone, for `user` (absent: an empty name).
   */
  | { readonly kind: 'basic'; readonly token: 'password'; readonly user?: string }
  /** A member of the query: `?<name>=<token>`. It is not logged, here and at the gateway; other proxies may log it. */
  | { readonly kind: 'query'; readonly name: string }

/** A random text: a prefix, then `bytes` random bytes encoded. `alphanumeric`: `bytes` characters. `uuid`: `bytes` is 16. */
export interface TextFormat {
  readonly prefix: string
  readonly encoding: Encoding
  readonly bytes: number
}

/** `ownerKinds`: tenant ids are `<kind>:<id>` with one of these kinds. */
export type TenantSource = { readonly ownerKinds?: readonly string[] } & (
  | {
      readonly from: 'credential'
      /** A credential with several tenants names one of them in this header. */
      readonly header?: string
    }
  /** Missing or malformed: 400. */
  | { readonly from: 'header'; readonly header: string; readonly format: (typeof tenantFormats)[number] }
  | { readonly from: 'path'; readonly parameter: string; readonly parts?: TenantParts }
)

export type IdFormat =
  | { readonly kind: 'uuid' }
  /** 24 lower-case hex characters. */
  | { readonly kind: 'object-id' }
  /** `characters`: how many follow the prefix in ids that Keyturn makes; any 1…64 of `[0-9A-Za-z]` are accepted. */
  | { readonly kind: 'prefixed'; readonly prefix: string; readonly characters: number }
  /** `digits`: how many in ids that Keyturn makes; any 1…19 are accepted, without a leading zero. */
  | { readonly kind: 'numeric'; readonly digits: number }
  /**
   * `make`: the ids that Keyturn makes. Any of 1 to `maximum` characters `[A-Za-z0-9_.:-]` is accepted, so a caller may
   * bring ids of its own.
   */
  | { readonly kind: 'text'; readonly make: TextFormat; readonly maximum: number }
  | { readonly kind: 'fixed'; readonly id: string }

/** The prefix and the encoding are said here and nowhere else: how deliveries are signed follows from them. */
export interface SecretFormat extends TextFormat {
  /**
   * Absent: what is usual for the scheme, which is `bytes` for Standard Webhooks and `text` for the others. It must be
   * said where `signing.keyBytes` would make other keys of such secrets, so that receivers need their own `keyBytes`.
   */
  readonly key?: (typeof secretKeys)[number]
  /** How a read shows the secret: its first characters, a filler, its last characters. Absent: reads never show it. */
  readonly mask?: { readonly first: number; readonly filler: string; readonly count: number; readonly last: number }
}

/** What deliveries carry besides their signature. */
export interface DeliveryFormat {
  readonly messageIds: MessageIdKind
  readonly userAgent: string
  /** Headers by their lower-case names, besides those of the signing scheme. */
  readonly headers: Readonly<Record<string, (typeof headerFields)[number] | { readonly $constant: string }>>
  /** The JSON body's members, in order. `payload`: the event's payload itself, without an envelope. */
  readonly body: 'payload' | Readonly<Record<string, DeliveryPart | { readonly $constant: Json }>>
  /** Which answers count as delivered. */
  readonly success: '2xx' | readonly number[]
  /** How often a failed delivery is tried again; never more often than the schedule has waits. Null: the whole schedule. */
  readonly retries: number | null
}

/** A length in seconds. 0 ends a key at once; an endless one keeps it until it is revoked. */
export type Span = number | 'endless'

/** How long the keys before keep working after a rotation. */
export type Overlap =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly seconds: Span }
  | {
      readonly kind: 'chosen'
      /** Where the request says it. */
      readonly field: PlaceText
      readonly unit: OverlapUnit
      /** What holds where the request does not say it. */
      readonly defaultSeconds: Span
      /** Present: a request that does not say it is 400. */
      readonly required?: true
      /** Absent: 0. */
      readonly minimumSeconds?: number
      readonly maximumSeconds: number
      /** Present: a shorter length than the minimum counts as the minimum, a longer one than the maximum as the maximum. Absent: 400. */
      readonly clamped?: true
      /** A length that is no multiple is rounded; fractions are taken then. Absent: whole numbers only. */
      readonly rounded?: { readonly toSeconds: number; readonly direction: (typeof roundingDirections)[number] }
      /** With unit `words` only: the length of each. `true`, `false` and numbers are those of JSON, not texts. */
      readonly words?: Readonly<Record<string, Span>>
    }

export type SecondRotation =
  /**
   * All live keys stay, up to `maximumLiveKeys` with the new one; then 409. `immediateEnds`: what a rotation without an
   * overlap ends; absent: every key before, also those that are retiring already.
   */
  | { readonly kind: 'keep'; readonly maximumLiveKeys: number; readonly immediateEnds?: 'current' }
  /** 409 while an overlap is open. A caller that forces it (`rotateBody.force`) ends the retiring keys at once. */
  | { readonly kind: 'reject' }
  /** The retiring keys end at once. Only where the vendor documents it. */
  | { readonly kind: 'replace' }

/** What a request says besides its overlap. A `field` is a place in it. */
export interface RotateBody {
  /** Absent: `ignore`. */
  readonly unknownFields?: (typeof unknownFieldRules)[number]
  /**
   * `absent`: where the body says JSON's null of what it may leave out, it says nothing. Absent: null is a value like any
   * other, and mostly 400. Constants are compared as they stand either way.
   */
  readonly nulls?: 'absent'
  /** Present: a request without a body is 400; `{}` will do where nothing in it is required. */
  readonly required?: true
  /** What each request must say, by its place: any other value, or none, is 400. The rotation hook sends it. */
  readonly constants?: Readonly<Record<PlaceText, Json>>
  readonly ownSecret?: OwnSecret
  readonly reason?: { readonly field: PlaceText; readonly maximumCharacters: number; readonly required?: true }
  /** A boolean. */
  readonly force?: { readonly field: PlaceText }
  /**
   * The caller chooses when the new key signs: `now`, `published` or `manual`, and for how many seconds receivers may hold what
   * they read. Absent: it signs at once, unless the contract `publishes`.
   */
  readonly publish?: { readonly field: PlaceText; readonly leadField: PlaceText }
  /** The ring's revision that the caller saw: a change that came since is 409. */
  readonly ifRevision?: { readonly field: PlaceText }
  /** A boolean: false asks for a reply without the secret, which is 400 at an endpoint without a mirror. */
  readonly reveal?: { readonly field: PlaceText }
}

/** What a rotation of the contract publishes its key with. */
export interface Publishes {
  readonly signing: (typeof publishedSignings)[number]
  /** How long receivers may hold what they read, 1 to 604,800. Absent: 600. */
  readonly leadSeconds?: number
  /** How long the key before works on from the promotion, 600 to 604,800. Absent: the contract's, or 900. */
  readonly overlapSeconds?: number
}

/** The caller's own secret, in the contract's format; limits in bytes after decoding. */
export interface OwnSecret {
  readonly field: PlaceText
  readonly minimumBytes: number
  readonly maximumBytes: number
  /** Present: the vendor makes no secrets, so a rotation without one is 400. Its reply need not show it. */
  readonly required?: true
  /** Present: any text that the signing scheme can use, whatever the contract's format; limits in bytes of UTF-8. */
  readonly free?: true
  /** Present: the contract's prefix may be left out. The text is kept and shown as it was given. */
  readonly optionalPrefix?: true
}

/**
 * Versions of the API, named by a header. Without the header the newest holds; an unknown or malformed one is 400, and an
 * operation that is newer than it (`since`) is 404.
 */
export interface ApiVersions {
  readonly header: string
  /** Newest first. */
  readonly known: readonly string[]
}

/** An operation of any use. */
export type Operation = { readonly [U in Use]: OperationOf<U> }[Use]

/** A contract's list of operations, told by their use. */
export type Operations = Listed<Operation, { readonly use: never } | UnknownOperation>

/** With it the compiler compares an operation whose use is misspelt, and so says nothing of its other members. */
interface UnknownOperation extends Readonly<Record<keyof OperationOf<Use>, unknown>> {
  readonly use: never
}

export interface OperationOf<U extends Use> {
  readonly use: U
  readonly method: Method
  /**
   * Template with `{id}` for the endpoint's id, and `{<parameter>}` where the tenant is in the path. A last segment
   * may be `{id}:verb`.
   */
  readonly path: string
  /** Absent: only the rotation hook uses the operation. */
  readonly access?: Access
  /**
   * The request is this operation where it says all of this, by its place, as in a general `PATCH` of which one member
   * rotates. Another operation with the same method and path serves the others; without one they change nothing.
   * `{ $present: true }` is any value, null too: of a member that each rotation says, such as the receiver's own secret.
   */
  readonly when?: Readonly<Record<PlaceText, Json>>
  /** The first API version that has the operation. Absent: all have it. */
  readonly since?: string
  /** How long a list's page is. Absent: 50 unless the caller says 1…100. */
  readonly pageSizes?: { readonly usual: number; readonly largest: number }
  /** With `list` only: what its query can ask of endpoints. Absent: nothing. */
  readonly filters?: readonly ListFilter[]
  readonly reply: {
    readonly status: (typeof replyStatuses)[number]
    /** `null`: no body. */
    readonly body: Shape<ReplyFields[U]> | null
  }
}

/** Who may call. A kind of credential that is absent here is 403 where the contract accepts it at all. */
export type Access =
  | 'anyone'
  | {
      readonly session?: { readonly roles: readonly Role[] }
      readonly apiKey?: ApiKeyAccess
      readonly portal?: PortalAccess
      /** A person must have signed in within five minutes, as far as the credential tells when that was. */
      readonly recentSignIn?: true
    }

export interface PortalAccess {
  /** Those that the portal session must have, each of them. */
  readonly scopes: readonly Scope[]
  /** The members of the body that it may give. Absent: all. */
  readonly members?: readonly string[]
}

export interface ApiKeyAccess {
  /** What the API key must hold: one permission, or a list of which it must hold each. */
  readonly permission?: string | readonly string[]
  /** The permission that a member of the body needs besides, by the member's name. */
  readonly memberPermissions?: Readonly<Record<string, string>>
  readonly minimumPlan?: string
}

/** The contract's first operation of that use; null: it has none. */
export function operationOf<U extends Use>(
  { operations }: Pick<Contract, 'operations'>,
  use: U,
): OperationOf<U> | null {
  // Told by its use.
  return (operations.find(operation => operation.use === use) as OperationOf<U> | undefined) ?? null
}

/** Whether whoever receives the deliveries chooses the secret, since the vendor makes none. */
export function choosesSecret({ rotateBody }: Pick<Contract, 'rotateBody'>): boolean {
  return rotateBody?.ownSecret?.required === true
}

/** Whether requests name their tenant, or can: where the credential alone says it, an API key for all tenants says none. */
export function namesTenant({ tenant }: Pick<Contract, 'tenant'>): boolean {
  return tenant.from !== 'credential' || tenant.header !== undefined
}

/** The permissions that API keys for all tenants alone can hold: those that let them make and end API keys. */
export function permissionsForAllTenants({ operations }: Pick<Contract, 'operations'>): readonly string[] {
  const ofAccess = operations.filter(({ use }) => isOfPlatform(use))
  return [
    ...new Set(ofAccess.flatMap(({ access }) => (isAllowed(access) ? neededPermissions(access.apiKey ?? {}) : []))),
  ]
}

/** The permissions that an API key for named tenants can hold. */
export function permissionsForNamedTenants(contract: Pick<Contract, 'credentials' | 'operations'>): readonly string[] {
  const { permissions = [] } = contract.credentials
  const others = permissionsForAllTenants(contract)
  return permissions.filter(permission => !others.includes(permission))
}

function isAllowed(access: Access | undefined): access is Exclude<Access, 'anyone'> {
  return access !== undefined && access !== 'anyone'
}

/** The permissions that an operation asks of an API key, whatever its body holds. */
export function neededPermissions({ permission = [] }: ApiKeyAccess): readonly string[] {
  return typeof permission === 'string' ? [permission] : permission
}

/**
 * How errors look. The words for a problem are `words[code]` over `byStatus[status]`, or `other` where neither names it.
 * What they leave out is in Keyturn's own words; where there is `other`, in its words, and Keyturn's show nowhere.
 */
export interface ErrorDialect {
  /** Absent: `application/json`. */
  readonly contentType?: (typeof errorContentTypes)[number]
  readonly body: Shape<ErrorField>
  readonly words?: { readonly [Code in ProblemCode]?: ErrorWords }
  /** By Keyturn's status, which an entry may replace. */
  readonly byStatus?: { readonly [status: number]: ErrorWords }
  /**
   * For every problem that neither of the two names. Its `type`, `title`, `detail` and `code` are also those of an entry
   * that leaves them out; a type that nobody says is null. What is wrong with each field is then said by the detail too.
   */
  readonly other?: ErrorWords
}

/** In `title` and `detail` a field of the error in braces stands for its value: `No hook has the id {id}.` */
export interface ErrorWords {
  readonly status?: number
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly code?: string | number | null
  /** A shape of its own, in place of the dialect's. `null`: no body. */
  readonly body?: Shape<ErrorField>
}
