import type { ProblemCode } from '../core/problem'
import type { Scheme } from '../verify/schemes'
import type { ClientRules, TenantParts } from './client-rules'
import type {
  credentialPlaces,
  DeliveryPart,
  Encoding,
  errorContentTypes,
  headerFields,
  idempotencyKeyRules,
  MessageIdKind,
  Method,
  OverlapUnit,
  reaches,
  replyStatuses,
  Role,
  tenantFormats,
  TimeFormat,
  unknownFieldRules,
  urlRules,
  Use,
} from './dimensions'
import type { ErrorField, ReplyFields } from './reply-fields'
import type { Shape } from './shape'

/**
 * One vendor's HTTP dialect, as data. The same data serves as server (Keyturn answers like the vendor) and as client
 * (the rotation hook calls the vendor). `docs/add-a-contract.md` has a complete example, and `checkContract` refuses what
 * these types cannot.
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
  readonly secondRotation: SecondRotation
  /** Seconds that must pass between two rotations of one endpoint, else 429 with `Retry-After`. 0: none must pass. */
  readonly cooldownSeconds: number
  readonly idempotencyKey: (typeof idempotencyKeyRules)[number]
  /** What a rotate request's body may say. `null`: the body is ignored. */
  readonly rotateBody: RotateBody | null
  /** What a test request's body may say. Absent: the body is ignored. */
  readonly testBody?: { readonly eventTypeField: string }
  /** Present: a rotation sets the endpoint's count of failures in a row to 0. */
  readonly rotationResetsFailures?: true
  /** Absent: the contract has one version. */
  readonly apiVersions?: ApiVersions
  /** Whether an endpoint of this contract must have a URL. */
  readonly url: (typeof urlRules)[number]
  /** Which endpoints its operations reach: its own alone, or those of every mounted contract. */
  readonly reach: (typeof reaches)[number]
  /** How times are written, unless a reply says otherwise. */
  readonly times: TimeFormat
  readonly operations: readonly Operation[]
  readonly errors: ErrorDialect
  /** Whether the real vendor promises that a repeated `Idempotency-Key` replays the same secret. */
  readonly vendorReplays: boolean
  /** How the rotation hook calls the real vendor, where that says more than the server's side. */
  readonly client?: ClientRules
}

/** Where the credential stands, and what it looks like. */
export interface Credentials {
  readonly in: CredentialPlace
  /** Absent: this contract has no API keys. A token with the prefix is an API key, any other is a session. */
  readonly apiKey?: TextFormat
  /** Whether dashboard sessions (JWTs) are accepted at all. Where they are not, they are 401. */
  readonly sessions: boolean
  /** The permissions that an API key of this contract can hold. */
  readonly permissions: readonly string[]
  /** The plans that an API key can be on, lowest first. Empty: no plans. */
  readonly plans: readonly string[]
}

type Places = typeof credentialPlaces
export type CredentialPlace = { readonly kind: Places[0] } | { readonly kind: Places[1]; readonly name: string }

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
  | { readonly kind: 'fixed'; readonly id: string }

export interface SecretFormat extends TextFormat {
  /** How a read shows the secret: its first characters, a filler, its last characters. Absent: reads never show it. */
  readonly mask?: { readonly first: number; readonly filler: string; readonly count: number; readonly last: number }
}

/** What deliveries carry besides their signature. */
export interface DeliveryFormat {
  readonly messageIds: MessageIdKind
  readonly userAgent: string
  /** Headers by their lower-case names, besides those of the signing scheme. */
  readonly headers: Readonly<Record<string, (typeof headerFields)[number]>>
  /** The JSON body's members, in order. `payload`: the event's payload itself, without an envelope. */
  readonly body: 'payload' | Readonly<Record<string, DeliveryPart>>
  /** Which answers count as delivered. */
  readonly success: '2xx' | readonly number[]
  /** How often a failed delivery is tried again; never more often than the schedule has waits. Null: the whole schedule. */
  readonly retries: number | null
}

/** How long the keys before keep working after a rotation; 0 seconds ends them at once. */
export type Overlap =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly seconds: number }
  | {
      readonly kind: 'chosen'
      /** The body's field. */
      readonly field: string
      readonly unit: OverlapUnit
      readonly defaultSeconds: number
      readonly maximumSeconds: number
      /** With unit `words` only: each word's length in seconds. */
      readonly words?: Readonly<Record<string, number>>
    }

export type SecondRotation =
  /** All live keys stay, up to `maximumLiveKeys` with the new one; then 409. */
  | { readonly kind: 'keep'; readonly maximumLiveKeys: number }
  /** 409 while an overlap is open. A caller that forces it (`rotateBody.force`) ends the retiring keys at once. */
  | { readonly kind: 'reject' }
  /** The retiring keys end at once. Only where the vendor documents it. */
  | { readonly kind: 'replace' }

export interface RotateBody {
  readonly unknownFields: (typeof unknownFieldRules)[number]
  readonly ownSecret?: OwnSecret
  readonly reason?: { readonly field: string; readonly maximumCharacters: number }
  /** A boolean. */
  readonly force?: { readonly field: string }
}

/** The caller's own secret, in the contract's format; limits in bytes after decoding. */
export interface OwnSecret {
  /** The body's field. */
  readonly field: string
  readonly minimumBytes: number
  readonly maximumBytes: number
  /** Present: the vendor makes no secrets, so a rotation without one is 400. Its reply need not show it. */
  readonly required?: true
  /** Present: any text that the signing scheme can use, whatever the contract's format; limits in bytes of UTF-8. */
  readonly free?: true
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

export type Operation = { readonly [U in Use]: OperationOf<U> }[Use]

export interface OperationOf<U extends Use> {
  readonly use: U
  readonly method: Method
  /**
   * Template with `{id}` for the endpoint's id, and `{<parameter>}` where the tenant is in the path. A last segment
   * may be `{id}:verb`.
   */
  readonly path: string
  readonly access: Access
  /** The first API version that has the operation. Absent: all have it. */
  readonly since?: string
  /** How long a list's page is. Absent: 50 unless the caller says 1…100. */
  readonly pageSizes?: { readonly usual: number; readonly largest: number }
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
    }

export interface ApiKeyAccess {
  /** What the API key must hold: one permission, or a list of which it must hold each. */
  readonly permission?: string | readonly string[]
  /** The permission that a member of the body needs besides, by the member's name. */
  readonly memberPermissions?: Readonly<Record<string, string>>
  readonly minimumPlan?: string
}

/** Whether whoever receives the deliveries chooses the secret, since the vendor makes none. */
export function choosesSecret({ rotateBody }: Pick<Contract, 'rotateBody'>): boolean {
  return rotateBody?.ownSecret?.required === true
}

/** The permissions that an operation asks of an API key, whatever its body holds. */
export function neededPermissions({ permission = [] }: ApiKeyAccess): readonly string[] {
  return typeof permission === 'string' ? [permission] : permission
}

/** How errors look. The words for a problem are `words[code]`, else `byStatus[status]`, over Keyturn's own. */
export interface ErrorDialect {
  readonly contentType: (typeof errorContentTypes)[number]
  readonly body: Shape<ErrorField>
  readonly words: { readonly [Code in ProblemCode]?: ErrorWords }
  readonly byStatus: { readonly [status: number]: ErrorWords }
}

export interface ErrorWords {
  readonly status?: number
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly code?: string | number
}
