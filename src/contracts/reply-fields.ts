// What a reply may show. `Shape` arranges these fields under names of the contract's own.

/** The fields of each use's reply. */
export interface ReplyFields {
  publish: 'eventId'
  test: TestField
  deliveries: 'deliveries'
  attempts: 'attempts' | 'nextCursor'
  'send-again': 'messageId' | 'deliveryStatus'
  recover: 'queued'
  create: RevealField
  rotate: RevealField
  reveal: RevealField
  'revoke-previous': 'version' | 'revokedKeyIds'
  list: 'endpoints' | 'nextCursor'
  get: EndpointField
  update: EndpointField
  delete: EndpointField
  'secret-state': 'version' | 'secretHint' | 'keys' | 'mirror' | 'policy'
  rotations: 'rotations' | 'nextCursor'
  audit: 'records' | 'nextCursor'
  health: 'status' | 'release'
}

/** The fields of an endpoint as any reply may show them. None of them is or holds a secret. */
export type EndpointField =
  | 'id'
  | 'tenantId'
  | 'contract'
  | 'url'
  | 'description'
  | 'name'
  | 'eventTypes'
  /** `active` or `paused`. */
  | 'status'
  /** As `status`, but `suspended` while a pause by Keyturn itself holds. */
  | 'standing'
  | 'active'
  | 'paused'
  | 'pausedReason'
  | 'pausedAt'
  | 'mirrorSetting'
  | 'requestConfig'
  | 'consumers'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
  /** The current key's mask (`secret.mask`), or null. */
  | 'secretMask'
  /** The current key's last 4 characters. */
  | 'secretHint'
  | DeliveryField

/** How an endpoint's deliveries go. */
export type DeliveryField =
  | 'consecutiveFailures'
  | 'errorsSinceLastSuccess'
  | 'lastSuccessAt'
  | 'lastFailureAt'
  | 'avgResponseTimeMs'
  | 'lastResponseTimeMs'
  /** `{code, message, timestamp}` or null. */
  | 'lastStatus'
  | 'deliveriesCount'
  | 'deliveriesSucceeded'
  | 'deliveriesFailed'
  | 'lastDeliveryAt'
  /** `success`, `failed`, `pending` or null. */
  | 'lastDeliveryStatus'

/** What a test delivery came to. */
export type TestField =
  | 'messageId'
  | 'delivered'
  /** `success` or `failed`. */
  | 'deliveryStatus'
  | 'eventType'
  | 'requestPayload'
  | 'requestHeaders'
  | 'responseStatus'
  | 'responseHeaders'
  | 'responseBody'
  | 'errorMessage'
  | 'durationMs'
  | 'keyIds'
  | 'sentAt'

/** What a reply that reveals may show besides the endpoint. */
export type RevealField = EndpointField | 'signingSecret' | 'keyId' | 'rotatedAt' | 'previousExpiresAt' | 'mirror'

/** The fields of an error's body. `detail` is written for the caller; `errors` is `[{path, message}]`. */
export type ErrorField = 'status' | 'type' | 'title' | 'detail' | 'code' | 'param' | 'errors'
