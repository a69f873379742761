import type { TestField } from '../../contracts/reply-fields'
import { Problem } from '../../core/problem'
import type { AttemptRecord } from '../../delivery/attempt'
import { type Delivery, messageIdPattern } from '../../delivery/delivery'
import { publishEvent } from '../../delivery/event'
import type { HealthStore } from '../../delivery/health'
import type { AttemptLog, DeliveryDeps, DeliveryQueue, DeliveryStore } from '../../delivery/ports'
import { beginRecovery } from '../../delivery/recover'
import type { RecoveryStore } from '../../delivery/recovery'
import { sendAgain } from '../../delivery/send-again'
import { type Readiness, readinessOf } from '../../delivery/target'
import { testDelivery, type TestResult } from '../../delivery/test-delivery'
import type { EndpointStore } from '../../rotation/ports'
import { deepestEventBody, readEventType, readNewEvent } from '../body/event'
import { readRecoverBody } from '../body/recover'
import { largestEventBodyBytes, parseJsonObject, readBody } from '../body/json'
import { contractOf, isReached, loadEndpoint } from '../load-endpoint'
import { readPageRequest, readPageSize } from '../query'
import { type Outcome, outcome, type Value, type Values } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'

export interface DeliveryUseDeps {
  readonly store: Pick<EndpointStore, 'load'>
  readonly health: Pick<HealthStore, 'loadAny'>
  readonly attempts: Pick<AttemptLog, 'list'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save' | 'recent' | 'failedAfter'>
  readonly recoveries: Pick<RecoveryStore, 'begin'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

/** Events on their way into the queue, and lists of what became of them. None of it opens a secret. */
export function deliveryUses(deps: DeliveryUseDeps, settings: ApiSettings): Uses {
  return {
    publish: { credential: 'fresh', perform: request => publish(deps, request) },
    deliveries: { credential: 'cached', perform: request => listDeliveries(deps, settings, request) },
    attempts: { credential: 'cached', perform: request => listAttempts(deps, settings, request) },
    'send-again': { credential: 'fresh', perform: request => sendFailedAgain(deps, request) },
    recover: { credential: 'fresh', perform: request => recoverDeliveries(deps, settings, request) },
  }
}

/** What the function `deliver` serves over HTTP, beside its queue. */
export function testUses(deps: DeliveryDeps, settings: ApiSettings): Uses {
  return { test: { credential: 'fresh', perform: request => sendTest(deps, settings, request) } }
}

/** An event, put into the queue. Its deliveries come later. */
async function publish(deps: DeliveryUseDeps, request: PermittedRequest): Promise<Outcome> {
  const body = parseJsonObject(readBody(request, largestEventBodyBytes), deepestEventBody)
  return outcome({ eventId: await publishEvent(deps, readNewEvent(body, request.tenantId)) })
}

/** The endpoint's latest deliveries, newest first. */
async function listDeliveries(
  { store, deliveries }: DeliveryUseDeps,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, request)
  readBody(request)
  const limit = readPageSize(request)
  const recent = await deliveries.recent({ tenantId, endpointId }, limit)
  return outcome({ deliveries: recent.map(deliveryValues) })
}

function deliveryValues(delivery: Delivery): Values {
  const { messageId, eventId, eventType, status, attemptCount, lastResponseStatus, errorMessage } = delivery
  const { createdAt, deliveredAt, dlqAt } = delivery
  const shown = { messageId, eventId, eventType, attemptCount, lastResponseStatus, errorMessage }
  return { ...shown, deliveryStatus: status, createdAt, deliveredAt, dlqAt }
}

/** What was sent to an endpoint and what it answered, newest first, tests included. */
async function listAttempts(
  { store, attempts }: DeliveryUseDeps,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, request)
  readBody(request)
  const { page, nextCursor } = readPageRequest('attempts', request)
  const { items, next } = await attempts.list({ tenantId, endpointId }, page)
  const shown = items.map(attempt => attemptValues(showsBodies(request) ? attempt : { ...attempt, response: '' }))
  return outcome({ attempts: shown, nextCursor: nextCursor(next) })
}

/** Whether the caller may see what a receiver answered. A portal session may where its platform lets it. */
function showsBodies({ principal }: PermittedRequest): boolean {
  return principal.kind !== 'portal' || principal.deliveryBodies
}

function attemptValues(attempt: AttemptRecord): Values {
  return { ...attempt }
}

/** A failed delivery, put back into the queue; any other stays as it is, and so does one that would not be sent. */
async function sendFailedAgain(deps: DeliveryUseDeps, request: PermittedRequest): Promise<Outcome> {
  const { delivery, readiness } = await loadDelivery(deps, request)
  readBody(request)
  if (delivery.status === 'failed') requireReady(readiness)
  const { messageId, status } = await sendAgain(deps, delivery)
  return outcome({ messageId, deliveryStatus: status })
}

/** @throws {Problem} `endpoint-paused`, `endpoint-without-url` */
function requireReady(readiness: Readiness): void {
  if (readiness === 'paused') {
    throw new Problem('endpoint-paused', 'The endpoint is paused. Resume it, then send again.')
  }
  if (readiness === 'nowhere') {
    throw new Problem('endpoint-without-url', 'The endpoint has no URL. Give it one, then send again.')
  }
}

/** What failed or was stopped at one endpoint is sent again, oldest first, after the reply. */
async function recoverDeliveries(
  deps: DeliveryUseDeps,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const endpoint = await loadEndpoint(deps.store, contracts, request)
  const since = readRecoverBody(parseJsonObject(readBody(request)), deps.now())
  const { tenantId, id: endpointId, incarnation } = endpoint
  const life = { tenantId, endpointId, incarnation }
  const stored = await deps.health.loadAny(life)
  requireReady(readinessOf({ incarnationOf: incarnation }, endpoint, stored))
  return outcome({ queued: await beginRecovery(deps, life, since) })
}

interface Loaded {
  readonly delivery: Delivery
  readonly readiness: Readiness
}

/** @throws {Problem} `not-found`, the same whether the delivery, or its endpoint, is malformed, unknown or another's */
async function loadDelivery(
  { store, health, deliveries }: DeliveryUseDeps,
  request: PermittedRequest,
): Promise<Loaded> {
  const { tenantId } = request
  const messageId = request.parameters['id'] ?? ''
  const delivery = messageIdPattern.test(messageId) ? await deliveries.load({ tenantId, messageId }) : null
  if (delivery !== null) {
    const [endpoint, stored] = await Promise.all([store.load(delivery), health.loadAny(delivery)])
    const readiness = readinessOf(delivery, endpoint, stored)
    if (isReached(endpoint, request) && readiness !== 'gone') return { delivery, readiness }
  }
  throw new Problem('not-found', 'There is no such delivery.')
}

/** Those of the receiver's headers that help to find out what answered. */
const shownHeaders = ['content-type', 'content-length', 'date', 'location', 'retry-after', 'server', 'x-request-id']

/** A test delivery, sent while the caller waits. */
async function sendTest(deps: DeliveryDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const endpoint = await loadEndpoint(deps.endpoints, contracts, request)
  const contract = contractOf(contracts, endpoint)
  const eventType = await readTestBody(request)
  const values = testValues(await testDelivery(deps, { endpoint, contract, eventType }))
  return outcome(showsBodies(request) ? values : { ...values, responseBody: null })
}

async function readTestBody(request: PermittedRequest): Promise<string | null> {
  const body = readBody(request)
  const { testBody, rotateBody } = request.contract
  if (testBody === undefined) return null
  return readEventType(parseJsonObject(body), testBody.eventTypeField, rotateBody?.unknownFields ?? 'ignore')
}

function testValues({ message, made }: TestResult): Record<TestField, Value> {
  const { at, request, reply, result, keyIds } = made
  const delivered = result.error === null
  const headers = reply.kind === 'reply' ? reply.headers : {}
  return {
    messageId: message.id,
    delivered,
    deliveryStatus: delivered ? 'success' : 'failed',
    eventType: message.event.type,
    // The body is the JSON that the envelope was written as.
    requestPayload: JSON.parse(request.body) as Value,
    requestHeaders: request.headers,
    responseStatus: result.status,
    responseHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => shownHeaders.includes(name))),
    responseBody: reply.kind === 'reply' ? reply.body : null,
    errorMessage: delivered ? null : result.message,
    durationMs: result.durationMs,
    keyIds,
    sentAt: at,
  }
}
