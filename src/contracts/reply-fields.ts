import type { Use } from './dimensions'

// What a reply may show. `Shape` arranges these fields under names of the contract's own.

/** Of the request itself: any reply may show them, errors too. */
export const requestFields = [
  /** As the log names the request. */
  'requestId',
  /** When it is answered. */
  'requestTime',
] as const

/** How an endpoint's deliveries go. */
export const deliveryFields = [
  'consecutiveFailures',
  'errorsSinceLastSuccess',
  'lastSuccessAt',
  'lastFailureAt',
  'avgResponseTimeMs',
  'lastResponseTimeMs',
  /** `{code, message, timestamp}` or null. */
  'lastStatus',
  'deliveriesCount',
  'deliveriesSucceeded',
  'deliveriesFailed',
  'lastDeliveryAt',
  /** `success`, `failed`, `pending` or null. */
  'lastDeliveryStatus',
] as const

/** The fields of an endpoint as any reply may show them. None of them is or holds a secret. */
export const endpointFields = [
  ...(['id', 'tenantId', 'contract', 'url', 'description', 'name', 'eventTypes'] as const),
  /** `active` or `paused`. */
  'status',
  /** As `status`, but `suspended` while a pause by Keyturn itself holds. */
  'standing',
  ...(['active', 'paused', 'pausedReason', 'pausedAt', 'mirrorSetting', 'requestConfig', 'consumers'] as const),
  ...(['version', 'createdAt', 'updatedAt'] as const),
  /** When the key that signs was made. */
  'currentKeyCreatedAt',
  /** The current key's mask (`secret.mask`), or null. */
  'secretMask',
  /** The current key's last 4 characters. */
  'secretHint',
  ...deliveryFields,
] as const

/** What a reply that reveals may show besides the endpoint. */
export const revealFields = [
  ...endpointFields,
  ...(['signingSecret', 'keyId', 'rotatedAt'] as const),
  /** `signing`, or `published`: receivers have the key, and another one signs. */
  'keyState',
  /** Since when the key signs, or from when at the earliest; null where it waits for a promote. */
  'signsFrom',
  /** When the key before ends; null where there is none, or it has no end. */
  'previousExpiresAt',
  /** The secret before, while it still works, or null. */
  'previousSecret',
  /** Every secret that works, newest first: a list for `$each`. */
  'secrets',
  'mirror',
] as const

/** What a test delivery came to. */
export const testFields = [
  ...(['messageId', 'delivered'] as const),
  /** `success` or `failed`. */
  'deliveryStatus',
  ...(['eventType', 'requestPayload', 'requestHeaders', 'responseStatus', 'responseHeaders', 'responseBody'] as const),
  ...(['errorMessage', 'durationMs', 'keyIds', 'sentAt'] as const),
] as const

/** The fields of an API key. None of them is or holds its text. */
export const apiKeyFields = [
  ...(['id', 'name', 'contract', 'tenantIds', 'permissions'] as const),
  /** `active`, `expired` or `revoked`. */
  'apiKeyState',
  /** `{kind, id}`: another API key, or an operator; null: nobody wrote it down. */
  ...(['createdAt', 'createdBy', 'expiresAt', 'revokedAt'] as const),
  /** The hour in which it was last seen, or null. */
  'lastUsedAt',
] as const

/** Who calls, as `GET /v1/session` tells a page. */
export const sessionFields = [
  /** `portal`, `session` or `api-key`. */
  'principalKind',
  /** A portal session's id, or null. */
  'sessionId',
  ...(['subject', 'tenantId', 'displayName'] as const),
  /** Those in effect now. */
  'scopes',
  /** Null: any of the tenant's. */
  'endpointIds',
  ...(['createdAt', 'expiresAt', 'authenticatedAt', 'returnUrl', 'locale', 'theme'] as const),
  /** Whether it is shown what receivers answered. */
  'deliveryBodies',
] as const

/** The fields of each use's reply. */
export const replyFields = {
  create: [...revealFields, ...requestFields],
  rotate: [...revealFields, ...requestFields],
  reveal: [...revealFields, ...requestFields],
  'revoke-previous': [...revealFields, 'revokedKeyIds', ...requestFields],
  promote: ['version', 'signingKeyId', 'previousExpiresAt', ...requestFields],
  abandon: ['version', 'abandonedKeyId', 'expiresAt', ...requestFields],
  'roll-back': ['version', 'signingKeyId', 'publishedKeyId', ...requestFields],
  list: ['endpoints', 'nextCursor', ...requestFields],
  get: [...endpointFields, ...requestFields],
  update: [...endpointFields, ...requestFields],
  delete: [...endpointFields, ...requestFields],
  'secret-state': [
    ...(['version', 'revision', 'signingKeyId', 'secretHint', 'keys', 'mirror', 'policy'] as const),
    ...requestFields,
  ],
  rotations: ['rotations', 'nextCursor', ...requestFields],
  audit: ['records', 'nextCursor', ...requestFields],
  'tenant-audit': ['records', 'nextCursor', ...requestFields],
  health: ['status', 'release', ...requestFields],
  publish: ['eventId', ...requestFields],
  test: [...testFields, ...requestFields],
  probe: ['adoption', 'keyId', 'at', 'checks', ...requestFields],
  deliveries: ['deliveries', ...requestFields],
  attempts: ['attempts', 'nextCursor', ...requestFields],
  'send-again': ['messageId', 'deliveryStatus', ...requestFields],
  recover: ['queued', ...requestFields],
  /** `apiKey` is its text. */
  'create-api-key': ['apiKey', ...apiKeyFields, ...requestFields],
  'list-api-keys': ['apiKeys', 'nextCursor', ...requestFields],
  'revoke-api-key': requestFields,
  'end-credentials': ['endedApiKeyIds', 'leftApiKeys', ...requestFields],
  session: [...sessionFields, ...requestFields],
  'create-portal-session': ['id', 'url', 'expiresAt', ...requestFields],
  'describe-portal-session': ['id', 'tenantId', 'subject', 'displayName', 'expiresAt', ...requestFields],
  'exchange-portal-session': ['id', 'token', 'parentOrigins', ...requestFields],
  'end-portal-session': requestFields,
  'end-portal-sessions': requestFields,
} as const satisfies Readonly<Record<Use, readonly string[]>>

/** The fields of an error's body. */
export const errorFields = [
  ...(['status', 'type', 'title'] as const),
  /** What is wrong, written for the caller. */
  'detail',
  'code',
  /** The first field at fault, or null. */
  'param',
  /** `[{path, message}]`: each field at fault. */
  'errors',
  /** The same as a list of texts; the detail alone where no field is at fault. */
  'messages',
  /** What `Retry-After` says, or null. */
  'retryAfterSeconds',
  /** The request's method and path, and the id in its path, or null. */
  ...(['method', 'path', 'id'] as const),
  ...requestFields,
] as const

/** The fields of the items of a list, as `$each` may show them. */
export const itemFields = {
  endpoints: endpointFields,
  secrets: ['signingSecret', 'keyId', 'createdAt', 'expiresAt', 'isCurrent'],
  errors: ['path', 'message'],
  keys: ['id', 'createdAt', 'expiresAt'],
  deliveries: [
    ...(['messageId', 'eventId', 'eventType', 'deliveryStatus', 'attemptCount', 'lastResponseStatus'] as const),
    ...(['errorMessage', 'createdAt', 'deliveredAt', 'dlqAt'] as const),
  ],
  checks: ['signedBy', 'responseStatus', 'errorMessage', 'durationMs'],
  rotations: ['id', 'keyId', 'version', 'at', 'actor', 'kind', 'reason', 'overlapSeconds'],
  records: ['id', 'endpointId', 'at', 'actor', 'kind', 'reason', 'changed'],
  apiKeys: apiKeyFields,
  leftApiKeys: apiKeyFields,
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Fields that are lists or objects: they stand in a reply as they are, and in no text. */
export const structuredFields: readonly string[] = [
  ...Object.keys(itemFields),
  ...(['eventTypes', 'requestConfig', 'consumers', 'lastStatus', 'policy', 'attempts', 'messages'] as const),
  ...(['tenantIds', 'permissions', 'createdBy', 'endedApiKeyIds', 'scopes', 'endpointIds', 'parentOrigins'] as const),
  ...(['revokedKeyIds', 'requestPayload', 'requestHeaders', 'responseHeaders', 'keyIds', 'changed', 'actor'] as const),
]

/** Fields that are times. */
export const timeFields = [
  ...(['createdAt', 'updatedAt', 'rotatedAt', 'signsFrom', 'previousExpiresAt', 'expiresAt', 'pausedAt'] as const),
  ...(['lastSuccessAt', 'lastFailureAt', 'lastDeliveryAt', 'sentAt', 'deliveredAt', 'dlqAt', 'at'] as const),
  ...(['revokedAt', 'lastUsedAt', 'currentKeyCreatedAt', 'authenticatedAt', 'requestTime'] as const),
] as const

const eitherWay = ['true', 'false'] as const

/**
 * The values of the fields that have a closed set of them, as texts. The `status` of `health` is `ok`, and that of errors a
 * number.
 */
export const fieldValues = {
  status: ['active', 'paused'],
  standing: ['active', 'paused', 'suspended'],
  mirrorSetting: ['on', 'off'],
  mirror: ['current', 'pending', 'off'],
  keyState: ['signing', 'published'],
  deliveryStatus: ['success', 'failed', 'pending'],
  lastDeliveryStatus: ['success', 'failed', 'pending', 'null'],
  apiKeyState: ['active', 'expired', 'revoked'],
  adoption: ['adopted', 'not-adopted', 'accepts-anything', 'inconclusive', 'unreachable'],
  signedBy: ['newest', 'previous', 'nobody'],
  kind: [
    ...(['create', 'rotate', 'revoke', 'publish', 'promote', 'abandon', 'roll-back'] as const),
    ...(['update', 'delete', 'replay', 'create-api-key', 'revoke-api-key'] as const),
    ...(['create-portal-session', 'end-portal-session', 'end-portal-sessions'] as const),
  ],
  active: eitherWay,
  paused: eitherWay,
  delivered: eitherWay,
  isCurrent: eitherWay,
  principalKind: ['portal', 'session', 'api-key'],
  deliveryBodies: eitherWay,
} as const satisfies Readonly<Record<string, readonly string[]>>

export type TimeField = (typeof timeFields)[number]
export type RequestField = (typeof requestFields)[number]
export type DeliveryField = (typeof deliveryFields)[number]
export type EndpointField = (typeof endpointFields)[number]
export type RevealField = (typeof revealFields)[number]
export type SessionField = (typeof sessionFields)[number]
export type TestField = (typeof testFields)[number]
export type ErrorField = (typeof errorFields)[number]
export type ReplyFields = { readonly [U in Use]: (typeof replyFields)[U][number] }
/** A field that is a list of objects. */
export type ListField = keyof typeof itemFields
export type ItemFields = { readonly [List in ListField]: (typeof itemFields)[List][number] }
