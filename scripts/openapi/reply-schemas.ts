import type { Contract } from '../../src/contracts/contract'
import { scopes, type TimeFormat, type Use } from '../../src/contracts/dimensions'
import { timesOf } from '../../src/contracts/defaults'
import { numberDigits } from '../../src/contracts/ids'
import type { JsonSchema } from '../../src/contracts/json-schema'
import {
  type deliveryFields,
  type EndpointField,
  type ErrorField,
  fieldValues,
  type ItemFields,
  type ListField,
  type ReplyFields,
  type RequestField,
  type SessionField,
} from '../../src/contracts/reply-fields'
import { type Form, isForm, isValue, type Json, type Shape } from '../../src/contracts/shape'
import { failureMessages } from '../../src/delivery/failure'

// What stands in replies: a schema for each field that a shape can show, and for the shapes themselves.

/** A field, or how it is made: a time is written as the contract writes times. */
type FieldSchema = JsonSchema | Time
type Time = 'time' | 'time or null'
type Fields<Names extends string> = { readonly [Name in Names]: FieldSchema }

const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const count = { type: 'integer', minimum: 0 }
const numberOrNull = { type: ['number', 'null'] }
const boolean = { type: 'boolean' }
const texts = { type: 'array', items: text }
const headers = { type: 'object', additionalProperties: text }
const statusOrNull = { type: ['integer', 'null'], description: 'The receiver’s HTTP status; null where no reply came' }

function oneOf(values: readonly string[]): JsonSchema {
  const texts = values.filter(value => value !== 'null')
  return { type: texts.length < values.length ? ['string', 'null'] : 'string', enum: values.map(nullOf) }
}

function nullOf(value: string): Json {
  return value === 'null' ? null : value
}

/** An object that has all of these. */
function objectOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) }
}

/** `via` and `sessionId` are those of a portal session. */
const actor = {
  ...objectOf({ kind: text, id: text }),
  properties: { kind: text, id: text, via: text, sessionId: text },
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] }
}

const request: Fields<RequestField> = { requestId: text, requestTime: 'time' }

const delivery: Fields<(typeof deliveryFields)[number]> = {
  consecutiveFailures: count,
  errorsSinceLastSuccess: count,
  lastSuccessAt: 'time or null',
  lastFailureAt: 'time or null',
  avgResponseTimeMs: numberOrNull,
  lastResponseTimeMs: numberOrNull,
  lastStatus: {},
  deliveriesCount: count,
  deliveriesSucceeded: count,
  deliveriesFailed: count,
  lastDeliveryAt: 'time or null',
  lastDeliveryStatus: oneOf(fieldValues.lastDeliveryStatus),
}

const endpoint: Fields<EndpointField> = {
  ...delivery,
  id: text,
  tenantId: text,
  contract: text,
  url: textOrNull,
  description: text,
  name: text,
  eventTypes: texts,
  status: oneOf(fieldValues.status),
  standing: oneOf(fieldValues.standing),
  active: boolean,
  paused: boolean,
  pausedReason: textOrNull,
  pausedAt: 'time or null',
  mirrorSetting: oneOf(fieldValues.mirrorSetting),
  requestConfig: {},
  consumers: texts,
  version: { ...count, description: 'How many keys have been made' },
  createdAt: 'time',
  updatedAt: 'time',
  currentKeyCreatedAt: 'time',
  secretMask: textOrNull,
  secretHint: { type: 'string', description: 'The last 4 characters of the secret that signs' },
}

const revealed: Fields<ReplyFields['rotate']> = {
  ...request,
  ...endpoint,
  signingSecret: { type: 'string', description: 'The secret, shown this once' },
  keyId: text,
  rotatedAt: 'time',
  keyState: oneOf(fieldValues.keyState),
  signsFrom: 'time or null',
  previousExpiresAt: 'time or null',
  previousSecret: textOrNull,
  secrets: {},
  mirror: oneOf(fieldValues.mirror),
}

const apiKey: Fields<ItemFields['apiKeys']> = {
  id: text,
  name: text,
  contract: text,
  tenantIds: texts,
  permissions: texts,
  apiKeyState: oneOf(fieldValues.apiKeyState),
  createdAt: 'time',
  createdBy: { ...orNull(actor), description: 'Who made it; null: nobody wrote it down' },
  expiresAt: 'time or null',
  revokedAt: 'time or null',
  lastUsedAt: 'time or null',
}

const session: Fields<SessionField> = {
  principalKind: oneOf(fieldValues.principalKind),
  sessionId: { ...textOrNull, description: 'A portal session’s id' },
  subject: text,
  tenantId: text,
  displayName: textOrNull,
  scopes: { type: 'array', items: oneOf(scopes), description: 'Those in effect now' },
  endpointIds: { ...orNull(texts), description: 'Null: any of the tenant’s' },
  createdAt: 'time or null',
  expiresAt: 'time or null',
  authenticatedAt: 'time or null',
  returnUrl: textOrNull,
  locale: textOrNull,
  theme: oneOf(['light', 'dark', 'null']),
  deliveryBodies: { ...boolean, description: 'Whether it is shown what receivers answered' },
}

const page = { ...request, nextCursor: { ...textOrNull, description: 'Null on the last page' } } as const
const settings: Fields<ReplyFields['get']> = { ...request, ...endpoint }

/** The fields of each use's reply. Lists are told by `itemSchemas`. */
const replies: { readonly [U in Use]: Fields<ReplyFields[U]> } = {
  create: revealed,
  rotate: revealed,
  reveal: revealed,
  'revoke-previous': { ...revealed, revokedKeyIds: texts },
  promote: { ...request, version: count, signingKeyId: text, previousExpiresAt: 'time or null' },
  abandon: { ...request, version: count, abandonedKeyId: text, expiresAt: 'time or null' },
  'roll-back': { ...request, version: count, signingKeyId: text, publishedKeyId: textOrNull },
  list: { ...page, endpoints: {} },
  get: settings,
  update: settings,
  delete: settings,
  'secret-state': {
    ...request,
    version: count,
    revision: { ...count, description: 'Rises with every change of the keys: what `ifRevision` takes' },
    signingKeyId: text,
    secretHint: text,
    keys: {},
    mirror: objectOf({ state: oneOf(fieldValues.mirror), name: text, error: textOrNull }),
    policy: {
      ...objectOf({ state: text, error: textOrNull }),
      properties: { state: text, error: textOrNull, refused: texts },
    },
  },
  rotations: { ...page, rotations: {} },
  audit: { ...page, records: {} },
  'tenant-audit': { ...page, records: {} },
  health: { ...request, status: { const: 'ok' }, release: text },
  publish: { ...request, eventId: text },
  test: {
    ...request,
    messageId: text,
    delivered: boolean,
    deliveryStatus: oneOf(['success', 'failed']),
    eventType: text,
    requestPayload: {},
    requestHeaders: headers,
    responseStatus: statusOrNull,
    responseHeaders: headers,
    responseBody: textOrNull,
    errorMessage: textOrNull,
    durationMs: { type: 'number', minimum: 0 },
    keyIds: texts,
    sentAt: 'time',
  },
  probe: { ...request, adoption: oneOf(fieldValues.adoption), keyId: text, at: 'time', checks: {} },
  deliveries: { ...request, deliveries: {} },
  attempts: { ...page, attempts: {} },
  'send-again': { ...request, messageId: text, deliveryStatus: oneOf(fieldValues.deliveryStatus) },
  recover: { ...request, queued: count },
  'create-api-key': {
    ...request,
    ...apiKey,
    apiKey: { type: 'string', description: 'The key itself, shown this once' },
  },
  'list-api-keys': { ...page, apiKeys: {} },
  'revoke-api-key': request,
  'end-credentials': { ...request, endedApiKeyIds: texts, leftApiKeys: {} },
  session: { ...request, ...session },
  'create-portal-session': {
    ...request,
    id: text,
    url: { type: 'string', description: 'Opens the page, once: its fragment is the code' },
    expiresAt: 'time',
  },
  'describe-portal-session': {
    ...request,
    id: text,
    tenantId: text,
    subject: text,
    displayName: textOrNull,
    expiresAt: 'time',
  },
  'exchange-portal-session': {
    ...request,
    id: text,
    token: { ...textOrNull, description: 'Of an embedded session; that of a page by itself is in its cookie' },
    parentOrigins: texts,
  },
  'end-portal-session': request,
  'end-portal-sessions': request,
}

const shownSetting = { type: ['string', 'number', 'array', 'null'] }
const kind = oneOf(fieldValues.kind)

/** The items of each list, with all that they have where they stand in a reply as they are. */
const items: {
  readonly [List in ListField]: Fields<ItemFields[List]> & Readonly<Record<string, FieldSchema>>
} & { readonly attempts: Readonly<Record<string, FieldSchema>> } = {
  endpoints: endpoint,
  apiKeys: apiKey,
  leftApiKeys: apiKey,
  secrets: {
    signingSecret: text,
    keyId: text,
    createdAt: 'time',
    expiresAt: 'time or null',
    isCurrent: boolean,
  },
  errors: { path: text, message: text },
  keys: {
    id: text,
    createdAt: 'time',
    expiresAt: 'time or null',
    state: oneOf(['published', 'signing', 'retiring']),
    hint: text,
    signsFrom: 'time or null',
    proof: {},
  },
  deliveries: {
    messageId: text,
    eventId: text,
    eventType: text,
    deliveryStatus: oneOf(fieldValues.deliveryStatus),
    attemptCount: count,
    lastResponseStatus: statusOrNull,
    errorMessage: textOrNull,
    createdAt: 'time',
    deliveredAt: 'time or null',
    dlqAt: 'time or null',
  },
  attempts: {
    id: text,
    messageId: text,
    eventType: text,
    kind: oneOf(['delivery', 'test', 'probe']),
    number: { type: 'integer', minimum: 1 },
    at: 'time',
    durationMs: { type: 'number', minimum: 0 },
    status: statusOrNull,
    error: oneOf([...Object.keys(failureMessages), 'null']),
    response: text,
    keyIds: texts,
  },
  checks: {
    signedBy: oneOf(fieldValues.signedBy),
    responseStatus: statusOrNull,
    errorMessage: textOrNull,
    durationMs: { type: 'number', minimum: 0 },
  },
  rotations: {
    id: text,
    keyId: text,
    version: count,
    at: 'time',
    actor,
    kind,
    reason: textOrNull,
    overlapSeconds: { type: ['integer', 'string', 'null'], description: 'Seconds, or `endless`' },
  },
  records: {
    id: text,
    endpointId: { ...textOrNull, description: 'Null: it is about the tenant’s access' },
    at: 'time',
    actor,
    kind,
    reason: textOrNull,
    changed: {
      type: 'object',
      additionalProperties: objectOf({ from: shownSetting, to: shownSetting }),
    },
  },
}

const errors: Fields<ErrorField> = {
  ...request,
  status: { type: 'integer' },
  type: textOrNull,
  title: textOrNull,
  detail: textOrNull,
  code: { type: ['string', 'number', 'null'] },
  param: textOrNull,
  errors: {},
  messages: { type: 'array', items: textOrNull },
  retryAfterSeconds: numberOrNull,
  method: text,
  path: text,
  id: textOrNull,
}

/** What the shape of an operation's reply is. */
export function replySchema(contract: Contract, use: Use, shape: Shape<string>): JsonSchema {
  return shapeSchema(shape, { contract, fields: replies[use] })
}

/** What the shape of an error is. `known`: what is said of some fields besides. */
export function errorSchema(
  contract: Contract,
  shape: Shape<string>,
  known: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  return shapeSchema(shape, { contract, fields: { ...errors, ...known } })
}

interface Described {
  readonly contract: Contract
  readonly fields: Readonly<Record<string, FieldSchema>>
}

function shapeSchema(shape: Shape<string>, described: Described): JsonSchema {
  if (typeof shape === 'string') return fieldSchema(shape, described)
  if (isValue(shape)) return { const: shape }
  if (isForm(shape)) return formSchema(shape, described)
  const members = Object.entries(shape)
  const always = members.filter(([, member]) => !isPresent(member)).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, shapeSchema(member, described)])),
    ...(always.length > 0 && { required: always }),
  }
}

function isPresent(shape: Shape<string>): boolean {
  return typeof shape === 'object' && shape !== null && '$present' in shape
}

function formSchema(form: Form, described: Described): JsonSchema {
  if ('$constant' in form) return { const: form.$constant }
  if ('$time' in form) return fieldSchema(form.$time, described, form.format)
  if ('$words' in form) return wordsSchema(form.$words, form.words, described)
  if ('$first' in form) return { type: 'string', maxLength: form.$first }
  if ('$text' in form) return { type: 'string' }
  if ('$number' in form) return { type: ['number', 'string', 'null'] }
  if ('$list' in form) return { type: 'array', prefixItems: form.$list.map(item => shapeSchema(item, described)) }
  if ('$present' in form) return fieldSchema(form.$present, described)
  return { type: 'array', items: shapeSchema(form.shape, { ...described, fields: itemsOf(form.$each) }) }
}

/** A field's own words where it has a closed set of values; any other value shows as it is. */
function wordsSchema(field: string, words: Readonly<Record<string, Json>>, described: Described): JsonSchema {
  const values = Object.entries(fieldValues).find(([name]) => name === field)?.[1]
  if (values === undefined) return { anyOf: [{ enum: Object.values(words) }, fieldSchema(field, described)] }
  const said = values.map(value => (Object.hasOwn(words, value) ? (words[value] ?? null) : nullOf(value)))
  return { enum: [...new Set(said)] }
}

function itemsOf(list: string): Readonly<Record<string, FieldSchema>> {
  const found = Object.entries(items).find(([name]) => name === list)
  if (found === undefined) throw new TypeError(`${list} is no list of replies`)
  return { ...request, ...found[1] }
}

function fieldSchema(field: string, { contract, fields }: Described, times = timesOf(contract)): JsonSchema {
  const schema = fields[field]
  if (schema === undefined) throw new TypeError(`no schema says what ${field} is`)
  if (schema === 'time') return timeSchema(times)
  if (schema === 'time or null') return orNull(timeSchema(times))
  if (field === 'lastStatus') return orNull(lastStatus(times))
  if (field === 'requestConfig') return requestConfig(contract)
  if (field === 'proof') return orNull(objectOf({ adoption: oneOf(fieldValues.adoption), at: timeSchema(times) }))
  if (field === 'id' && numberDigits(contract.ids) !== null) return { type: ['string', 'integer'] }
  return Object.hasOwn(items, field) ? listSchema(field, contract, times) : schema
}

/** A list that stands in a reply as it is. */
function listSchema(list: string, contract: Contract, times: TimeFormat): JsonSchema {
  const fields = list === 'errors' ? items.errors : itemsOf(list)
  const names = Object.keys(fields).filter(name => !Object.hasOwn(request, name))
  const described = names.map(name => [name, fieldSchema(name, { contract, fields }, times)] as const)
  const title = list === 'records' ? { title: 'audit-record' } : {}
  return { type: 'array', items: { ...title, ...objectOf(Object.fromEntries(described)) } }
}

function requestConfig({ credentials }: Contract): JsonSchema {
  const timeoutMs = { type: 'integer' }
  if (credentials.portalScopes === undefined) return objectOf({ timeoutMs, headers })
  const description = 'A portal session is shown `***` in place of each value'
  return { title: 'shown-request-config', ...objectOf({ timeoutMs, headers: { ...headers, description } }) }
}

function lastStatus(times: TimeFormat): JsonSchema {
  return objectOf({ code: { type: ['integer', 'null'] }, message: text, timestamp: timeSchema(times) })
}

/** A time in a contract's format. */
export function timeSchema(format: TimeFormat): JsonSchema {
  switch (format) {
    case 'iso-seconds':
    case 'iso-millis':
    case 'iso-micros-offset':
      return { type: 'string', format: 'date-time' }
    case 'unix-seconds':
    case 'unix-millis':
      return { type: 'integer' }
  }
}
