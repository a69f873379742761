// Every word that a contract may use, one list a dimension. The types of `contract.ts` are made from these lists, and a
// test fails when no contract, real or made up, uses a word.

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number]

/** Uses that reveal a secret or change a key ring. Only the function `rotate` serves them. */
export const usesOfRotate = [
  ...(['create', 'rotate', 'promote', 'abandon', 'roll-back', 'revoke-previous', 'reveal'] as const),
] as const
/** Uses that read, or change nothing but an endpoint's settings. The function `endpoints` serves them. */
export const usesOfEndpoints = [
  ...(['list', 'get', 'update', 'delete', 'secret-state', 'rotations', 'audit', 'health'] as const),
  ...(['tenant-audit', 'session'] as const),
  ...(['publish', 'deliveries', 'attempts', 'send-again', 'recover'] as const),
] as const
/** Uses that sign something and send it while the caller waits. The function `deliver` serves them. */
export const usesOfDeliver = ['test', 'probe'] as const
/** Uses that make and end API keys, of no one tenant, for API keys for all tenants alone. */
export const usesOfPlatform = ['create-api-key', 'list-api-keys', 'revoke-api-key', 'end-credentials'] as const
export type PlatformUse = (typeof usesOfPlatform)[number]
/** Uses of a tenant's portal sessions. */
export const usesOfPortal = ['create-portal-session', 'end-portal-session', 'end-portal-sessions'] as const
/** Uses that take the code of a portal session instead of a credential. */
export const usesOfCodes = ['describe-portal-session', 'exchange-portal-session'] as const
/** Uses that make and end what lets somebody in. The function `access` serves them. */
export const usesOfAccess = [...usesOfPlatform, ...usesOfPortal, ...usesOfCodes] as const
/** Uses that ask for no credential. */
export const openUses = ['health', ...usesOfCodes] as const
export type OpenUse = (typeof openUses)[number]
export type Use =
  | (typeof usesOfRotate)[number]
  | (typeof usesOfEndpoints)[number]
  | (typeof usesOfDeliver)[number]
  | (typeof usesOfAccess)[number]
/** Uses that are for one tenant. */
export type TenantUse = Exclude<Use, PlatformUse | OpenUse>

export function isOfPlatform(use: Use): use is PlatformUse {
  return usesOfPlatform.some(each => each === use)
}

export function isOfAccess(use: Use): boolean {
  return usesOfAccess.some(each => each === use)
}

/** Whether it is about portal sessions, and of no use without a portal. */
export function isOfPortal(use: Use): boolean {
  return [...usesOfPortal, ...usesOfCodes].some(each => each === use)
}

export function isOpen(use: Use): use is OpenUse {
  return openUses.some(each => each === use)
}

export const roles = ['admin', 'member'] as const
export type Role = (typeof roles)[number]

/** What a portal session is for. */
export const scopes = ['read', 'rotate', 'write', 'test'] as const
export type Scope = (typeof scopes)[number]

/** Where a credential may stand; `CredentialPlace` explains them. */
export const credentialPlaces = ['bearer', 'header', 'basic', 'query'] as const

/**
 * How random bytes become text. `alphanumeric` is `[0-9A-Za-z]`, `upper-alphanumeric` is `[0-9A-Z]`, as in a ULID; `uuid`
 * is a random version 4.
 */
export const encodings = [
  ...(['hex', 'upper-hex', 'base64', 'base64url', 'alphanumeric', 'upper-alphanumeric', 'uuid'] as const),
] as const
export type Encoding = (typeof encodings)[number]

/** `fixed`: a tenant has one endpoint, always under the same id, so the path has no parameter for it. */
export const idKinds = ['uuid', 'object-id', 'prefixed', 'numeric', 'text', 'fixed'] as const

/** Where a request says which tenant it is for. A tenant that the credential may not act for reads as an unknown id. */
export const tenantPlaces = ['credential', 'header', 'path'] as const

/** What a tenant's id in a header looks like; `tenant-id` is any that Keyturn can store. */
export const tenantFormats = ['uuid', 'tenant-id'] as const

export const overlapKinds = ['none', 'fixed', 'chosen'] as const
/**
 * Units of a chosen overlap. `instant`: RFC 3339, when the key before ends; `unix-seconds`: the same as a number.
 * `words`: the contract's own, true and false among them.
 */
export const overlapUnits = [
  ...(['seconds', 'minutes', 'hours', 'days', 'iso-duration', 'instant', 'unix-seconds', 'words'] as const),
] as const
export type OverlapUnit = (typeof overlapUnits)[number]

/** What a rotation does while an overlap is open; the words are explained at `SecondRotation`. */
export const secondRotationKinds = ['keep', 'reject', 'replace'] as const

/** How a new key waits to sign: until receivers have had it for a while, or until somebody promotes it. */
export const publishedSignings = ['published', 'manual'] as const

/** What becomes of a chosen overlap that is no multiple of the vendor's unit. */
export const roundingDirections = ['up', 'down', 'nearest'] as const

/**
 * How a secret's text becomes the HMAC key: the text as it stands, the bytes that it encodes behind its prefix, or the text
 * behind its prefix.
 */
export const secretKeys = ['text', 'bytes', 'text-after-prefix'] as const

/** What an idempotency key is to a rotate or create request. */
export const idempotencyKeyRules = ['off', 'optional', 'required'] as const
/** What a field of a rotate body does that the contract does not name. `refuse`: 400. */
export const unknownFieldRules = ['refuse', 'ignore'] as const
/** `public`: required, and not one that names a private, loopback, link-local or metadata host. */
export const urlRules = ['required', 'optional', 'public'] as const
/** What the query of a list can ask of endpoints, each by the parameter of that name. */
export const listFilters = ['status', 'contract', 'url'] as const
export type ListFilter = (typeof listFilters)[number]
/** `every`: the endpoints of every mounted contract, which is what our own API does. */
export const reaches = ['own', 'every'] as const

/** How times are written. The ISO ones are RFC 3339; `iso-micros-offset` is `2026-04-29T12:00:00.123456+00:00`. */
export const timeFormats = ['iso-seconds', 'iso-millis', 'iso-micros-offset', 'unix-seconds', 'unix-millis'] as const
export type TimeFormat = (typeof timeFormats)[number]

/** How message ids are written: `msg_` and 24 hex characters, or a UUID. */
export const messageIdKinds = ['msg', 'uuid'] as const
export type MessageIdKind = (typeof messageIdKinds)[number]

/** What a header of a delivery can carry. */
export const headerFields = ['messageId', 'eventId', 'eventType', 'tenantId', 'endpointId'] as const
/** What a member of a delivery's body can carry. `createdAt` is the event's time, `payload` the event's own payload. */
export const bodyFields = [...headerFields, 'createdAt', 'payload'] as const
export type DeliveryPart = (typeof bodyFields)[number]

export const replyStatuses = [200, 201, 202, 204] as const
/** The second is that of RFC 9457. */
export const errorContentTypes = ['application/json', 'application/problem+json'] as const
