import { version as release } from '../../package.json'
import { type Contract, type Operation, permissionsForNamedTenants } from '../../src/contracts/contract'
import { standardDelivery } from '../../src/contracts/defaults'
import type { Use } from '../../src/contracts/dimensions'
import type {
  DeliveryField,
  EndpointField,
  ItemFields,
  ReplyFields,
  RequestField,
} from '../../src/contracts/reply-fields'
import { mask } from '../../src/contracts/secret-text'
import type { Json } from '../../src/contracts/shape'
import { addSeconds } from '../../src/core/instant'
import { newId } from '../../src/core/id'
import { neverDelivered } from '../../src/delivery/health'
import { testEventType, testPayload } from '../../src/delivery/test-delivery'
import { outcome, outcomeReply, type Value } from '../../src/http/reply'
import { mirrorName } from '../../src/rotation/mirror'
import { defaultLeadSeconds } from '../../src/rotation/published'
import { abandonSeconds, portalCode, portalScopes, portalSessionId, portalSubject } from './example-bodies'
import {
  actor,
  bytesOf,
  deliveryOf,
  endAfter,
  eventId,
  eventType,
  monthsBefore,
  noon,
  promotedOverlap,
  type Sample,
  type SampleKey,
  sampleOf,
  settings,
  standIn,
} from './sample'

// A reply that went well for each operation: values of a sample in the contract's shape, by the code that writes replies.

/** What the requests of all examples are called in a log. */
export const exampleRequest = { id: 'b6e3c1f0', method: 'POST', path: '/…', parameters: {} }

/** What an operation could answer. Null: it has no body. */
export function exampleReply(contract: Contract, operation: Operation): Json {
  const { body } = outcomeReply(contract, operation, outcome(replies[operation.use](sampleOf(contract))), {
    request: exampleRequest,
    now: noon,
  })
  return body === '' ? null : (JSON.parse(body) as Json)
}

type Values<Names extends string> = { readonly [Name in Exclude<Names, RequestField>]: Value }

const replies: { readonly [U in Use]: (sample: Sample) => Values<ReplyFields[U]> } = {
  create: created,
  rotate: sample => (sample.contract.publishes === undefined ? rotated(sample) : published(sample)),
  reveal: rotated,
  'revoke-previous': revoked,
  promote: ({ contract, next }) => ({
    version: 2,
    signingKeyId: next.id,
    previousExpiresAt: addSeconds(noon, promotedOverlap(contract)),
  }),
  abandon: ({ next }) => ({ version: 2, abandonedKeyId: next.id, expiresAt: addSeconds(noon, abandonSeconds) }),
  'roll-back': ({ first, next }) => ({ version: 2, signingKeyId: first.id, publishedKeyId: next.id }),
  list: sample => ({ endpoints: [endpointOf(sample, sample.first)], nextCursor: null }),
  get: sample => endpointOf(sample, sample.first),
  update: sample => ({ ...endpointOf(sample, sample.first), updatedAt: noon }),
  delete: sample => endpointOf(sample, sample.first),
  'secret-state': secretState,
  rotations: sample => ({ rotations: changesOf(sample), nextCursor: null }),
  audit: sample => ({ records: recordsOf(sample), nextCursor: null }),
  'tenant-audit': sample => ({ records: recordsOf(sample), nextCursor: null }),
  health: () => ({ status: 'ok', release }),
  publish: () => ({ eventId }),
  test: tested,
  probe: ({ next }) => ({ adoption: 'adopted', keyId: next.id, at: noon, checks }),
  deliveries: sample => ({ deliveries: [deliveryItem(sample)] }),
  attempts: sample => ({ attempts: [attemptOf(sample)], nextCursor: null }),
  'send-again': ({ messageId }) => ({ messageId, deliveryStatus: 'pending' }),
  recover: () => ({ queued: 3 }),
  'create-api-key': sample => ({ apiKey: apiKeyText(sample), ...apiKeyOf(sample) }),
  session: ({ tenantId }) => ({
    principalKind: 'portal',
    sessionId: portalSessionId,
    subject: portalSubject,
    tenantId,
    displayName: null,
    scopes: portalScopes,
    endpointIds: null,
    createdAt: noon,
    expiresAt: addSeconds(noon, 900),
    authenticatedAt: null,
    returnUrl: 'https://app.example.com/webhooks',
    locale: null,
    theme: null,
    deliveryBodies: false,
  }),
  'create-portal-session': () => ({
    id: portalSessionId,
    url: `https://hooks.example.com/portal#${portalCode}`,
    expiresAt: addSeconds(noon, 900),
  }),
  'describe-portal-session': ({ tenantId }) => ({
    id: portalSessionId,
    tenantId,
    subject: portalSubject,
    displayName: null,
    expiresAt: addSeconds(noon, 900),
  }),
  'exchange-portal-session': () => ({ id: portalSessionId, token: null, parentOrigins: [] }),
  'end-portal-session': () => ({}),
  'end-portal-sessions': () => ({}),
  'list-api-keys': sample => ({ apiKeys: [apiKeyOf(sample)], nextCursor: null }),
  'revoke-api-key': () => ({}),
  'end-credentials': sample => ({
    endedApiKeyIds: [apiKeyOf(sample).id],
    leftApiKeys: [{ ...apiKeyOf(sample), id: apiKeyId(3), tenantIds: [sample.tenantId, 'org_other'], name: 'Import' }],
  }),
}

const durationMs = 12

/** The answer that counts as delivered. */
function successOf({ contract: { delivery = standardDelivery } }: Sample): number {
  const [success = 200] = delivery.success === '2xx' ? [204] : delivery.success
  return success
}

/** One delivery, which arrived. */
function delivered(sample: Sample): Values<DeliveryField> {
  return {
    ...neverDelivered,
    lastSuccessAt: noon,
    avgResponseTimeMs: durationMs,
    lastResponseTimeMs: durationMs,
    lastStatus: { code: successOf(sample), message: 'Success', timestamp: noon },
    deliveriesCount: 1,
    deliveriesSucceeded: 1,
    lastDeliveryAt: noon,
    lastDeliveryStatus: 'success',
  }
}

/** The endpoint while one of its keys signs, the first or the one after a rotation. */
function endpointOf(sample: Sample, signing: SampleKey): Values<EndpointField> {
  const { contract, tenantId, endpointId, first } = sample
  return {
    ...settings,
    ...delivered(sample),
    id: endpointId,
    tenantId,
    contract: contract.name,
    status: 'active',
    standing: 'active',
    active: true,
    paused: false,
    pausedReason: null,
    pausedAt: null,
    mirrorSetting: 'on',
    requestConfig: { timeoutMs: 5000, headers: {} },
    consumers: [],
    version: signing === first ? 1 : 2,
    createdAt: monthsBefore,
    updatedAt: signing === first ? monthsBefore : noon,
    currentKeyCreatedAt: signing === first ? monthsBefore : noon,
    secretMask: mask(contract.secret, signing.secret),
    secretHint: hintOf(signing),
  }
}

function hintOf({ secret }: SampleKey): string {
  return secret.slice(-4)
}

type Secrets = Values<ItemFields['secrets']>

function secretOf({ id, secret }: SampleKey, of: Omit<Secrets, 'signingSecret' | 'keyId'>): Secrets {
  return { signingSecret: secret, keyId: id, ...of }
}

function created(sample: Sample): Values<ReplyFields['create']> {
  const { first } = sample
  return {
    ...endpointOf(sample, first),
    ...neverDelivered,
    lastStatus: null,
    createdAt: noon,
    updatedAt: noon,
    currentKeyCreatedAt: noon,
    signingSecret: first.secret,
    keyId: first.id,
    rotatedAt: noon,
    keyState: 'signing',
    signsFrom: noon,
    previousExpiresAt: null,
    previousSecret: null,
    secrets: [secretOf(first, { createdAt: noon, expiresAt: null, isCurrent: true })],
    mirror: 'current',
  }
}

/** The next key signs, and the one before works on where the contract lets it. */
function rotated(sample: Sample): Values<ReplyFields['rotate']> {
  const { first, next, overlap } = sample
  const previousExpiresAt = endAfter(overlap)
  const before = secretOf(first, { createdAt: monthsBefore, expiresAt: previousExpiresAt, isCurrent: false })
  return {
    ...endpointOf(sample, next),
    signingSecret: next.secret,
    keyId: next.id,
    rotatedAt: noon,
    keyState: 'signing',
    signsFrom: noon,
    previousExpiresAt,
    previousSecret: overlap === 0 ? null : first.secret,
    secrets: [
      secretOf(next, { createdAt: noon, expiresAt: null, isCurrent: true }),
      ...(overlap === 0 ? [] : [before]),
    ],
    mirror: 'current',
  }
}

/** The next key waits, and the first one signs. */
function published(sample: Sample): Values<ReplyFields['rotate']> {
  const { contract, first, next } = sample
  const { signing, leadSeconds = defaultLeadSeconds } = contract.publishes ?? {}
  return {
    ...rotated(sample),
    ...endpointOf(sample, first),
    version: 2,
    updatedAt: noon,
    keyState: 'published',
    signsFrom: signing === 'manual' ? null : addSeconds(noon, leadSeconds),
    previousExpiresAt: null,
    previousSecret: null,
    secrets: [
      secretOf(next, { createdAt: noon, expiresAt: null, isCurrent: false }),
      secretOf(first, { createdAt: monthsBefore, expiresAt: null, isCurrent: true }),
    ],
  }
}

function revoked(sample: Sample): Values<ReplyFields['revoke-previous']> {
  const { first, next } = sample
  return {
    ...rotated(sample),
    previousExpiresAt: null,
    previousSecret: null,
    secrets: [secretOf(next, { createdAt: noon, expiresAt: null, isCurrent: true })],
    revokedKeyIds: [first.id],
  }
}

function secretState({ tenantId, endpointId, first, next, overlap }: Sample): Values<ReplyFields['secret-state']> {
  const now = { id: next.id, createdAt: noon, expiresAt: null, state: 'signing', hint: hintOf(next), signsFrom: null }
  const before = { ...now, id: first.id, createdAt: monthsBefore, state: 'retiring', hint: hintOf(first), proof: null }
  return {
    version: 2,
    revision: noon.getTime() / 1000,
    signingKeyId: next.id,
    secretHint: hintOf(next),
    keys: [
      { ...now, proof: { adoption: 'adopted', at: noon } },
      ...(overlap === 0 ? [] : [{ ...before, expiresAt: endAfter(overlap) }]),
    ],
    mirror: { state: 'current', name: mirrorName('prod', tenantId, endpointId), error: null },
    policy: null,
  }
}

const idOf = (prefix: 'chg' | 'att', number: number): string => newId(prefix, bytesOf(number))

/** Newest first. */
function changesOf({ contract, first, next, overlap }: Sample): readonly Values<ItemFields['rotations']>[] {
  const reason = contract.rotateBody?.reason === undefined ? null : 'yearly'
  const overlapSeconds = overlap === 'endless' ? null : overlap
  const kind = contract.publishes === undefined ? 'rotate' : 'publish'
  const rotation = { id: idOf('chg', 3), keyId: next.id, version: 2, at: noon, actor, kind }
  const birth = { id: idOf('chg', 1), keyId: first.id, version: 1, at: monthsBefore, actor, kind: 'create' }
  return [
    { ...rotation, reason, overlapSeconds },
    { ...birth, reason: null, overlapSeconds: 0 },
  ]
}

function recordsOf(sample: Sample): readonly Values<ItemFields['records']>[] {
  const { endpointId } = sample
  const [rotation, birth] = changesOf(sample).map(({ id, at, kind, reason }) => {
    return { id, endpointId, at, actor, kind, reason, changed: {} }
  })
  const description = { from: '', to: settings.description }
  const at = addSeconds(monthsBefore, 60)
  const update = { id: idOf('chg', 2), endpointId, at, actor, kind: 'update', reason: null, changed: { description } }
  return [rotation, update, birth].flatMap(record => record ?? [])
}

function tested(sample: Sample): Values<ReplyFields['test']> {
  const type = sample.contract.testBody === undefined ? testEventType : eventType
  const { headers, body } = deliveryOf(sample, { type, payload: testPayload })
  return {
    messageId: sample.messageId,
    delivered: true,
    deliveryStatus: 'success',
    eventType: type,
    requestPayload: JSON.parse(body) as Json,
    requestHeaders: headers,
    responseStatus: successOf(sample),
    responseHeaders: {},
    responseBody: '',
    errorMessage: null,
    durationMs,
    keyIds: [sample.first.id],
    sentAt: noon,
  }
}

const checks: readonly Values<ItemFields['checks']>[] = [
  { signedBy: 'newest', responseStatus: 204, errorMessage: null, durationMs },
  { signedBy: 'nobody', responseStatus: 401, errorMessage: 'The receiver answered 401', durationMs },
]

function deliveryItem(sample: Sample): Values<ItemFields['deliveries']> {
  return {
    messageId: sample.messageId,
    eventId,
    eventType,
    deliveryStatus: 'success',
    attemptCount: 1,
    lastResponseStatus: successOf(sample),
    errorMessage: null,
    createdAt: noon,
    deliveredAt: noon,
    dlqAt: null,
  }
}

function attemptOf(sample: Sample): Value {
  const about = { id: idOf('att', 1), messageId: sample.messageId, eventType, kind: 'delivery', number: 1, at: noon }
  return { ...about, durationMs, status: successOf(sample), error: null, response: '', keyIds: [sample.first.id] }
}

function apiKeyId(number: number): string {
  return `key_apikey${String(number).padStart(14, '0')}`
}

function apiKeyText({ contract: { credentials } }: Sample): string {
  return credentials.apiKey === undefined ? '' : standIn(credentials.apiKey, 2)
}

function apiKeyOf({ contract, tenantId }: Sample): Values<ItemFields['apiKeys']> {
  return {
    id: apiKeyId(2),
    name: 'CI',
    contract: contract.name,
    tenantIds: [tenantId],
    permissions: permissionsForNamedTenants(contract).slice(0, 1),
    apiKeyState: 'active',
    createdAt: noon,
    createdBy: actor,
    expiresAt: addSeconds(noon, 90 * 86_400),
    revokedAt: null,
    lastUsedAt: null,
  }
}
