import type { TestField } from '../../contracts/shape'
import { Problem } from '../../core/problem'
import type { AttemptRecord } from '../../delivery/attempt'
import { type Delivery, messageIdPattern } from '../../delivery/delivery'
import { type PublishDeps, publishEvent } from '../../delivery/event'
import type { DeliveryDeps } from '../../delivery/ports'
import { sendAgain } from '../../delivery/send-again'
import { type Readiness, readinessOf } from '../../delivery/target'
import { testDelivery, type TestResult } from '../../delivery/test-delivery'
import { readEventType, readNewEvent } from '../body/event'
import { largestEventBodyBytes, parseJsonObject, readBody } from '../body/json'
import { contractOf, isReached, loadEndpoint } from '../load-endpoint'
import { cursorOf, readPageRequest, readPageSize } from '../page-request'
import { outcome, type Value, type Values } from '../reply'
import type { ApiSettings, TenantCall, TenantUse, Uses } from '../request'
import type { EndpointDeps } from './endpoints'

/** Nests as deep as any payload may. */
const deepestPayload = 100

/** An event, put into the queue. Its deliveries come later. */
export function publishUse(deps: PublishDeps): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const body = parseJsonObject(readBody(call, largestEventBodyBytes), deepestPayload)
      return outcome({ eventId: await publishEvent(deps, readNewEvent(body, call.tenantId)) })
    },
  }
}

/** The endpoint's latest deliveries, newest first. */
export function deliveriesUse({ store, deliveries }: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, call)
      readBody(call)
      const limit = readPageSize(call.operation, call.request)
      const recent = await deliveries.recent({ tenantId, endpointId }, limit)
      return outcome({ deliveries: recent.map(deliveryValues) })
    },
  }
}

function deliveryValues(delivery: Delivery): Values {
  const { messageId, eventId, eventType, status, attemptCount, lastResponseStatus, errorMessage } = delivery
  const { createdAt, deliveredAt, dlqAt } = delivery
  const shown = { messageId, eventId, eventType, attemptCount, lastResponseStatus, errorMessage }
  return { ...shown, deliveryStatus: status, createdAt, deliveredAt, dlqAt }
}

/** What was sent to an endpoint and what it answered, newest first, tests included. */
export function attemptsUse({ store, attempts }: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, call)
      readBody(call)
      const page = readPageRequest('attempts', call.operation, call.request)
      const { items, next } = await attempts.list({ tenantId, endpointId }, page)
      return outcome({ attempts: items.map(attemptValues), nextCursor: cursorOf('attempts', next) })
    },
  }
}

function attemptValues(attempt: AttemptRecord): Values {
  return { ...attempt }
}

/** A failed delivery, put back into the queue; any other stays as it is, and so does one that would not be sent. */
export function sendAgainUse(deps: EndpointDeps): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { delivery, reception } = await loadDelivery(deps, call)
      readBody(call)
      if (delivery.status === 'failed') requireOpen(reception)
      const { messageId, status } = await sendAgain(deps, delivery)
      return outcome({ messageId, deliveryStatus: status })
    },
  }
}

/** @throws {Problem} `endpoint-paused`, `endpoint-without-url` */
function requireOpen(reception: Readiness): void {
  if (reception === 'paused') {
    throw new Problem('endpoint-paused', 'The endpoint is paused. Resume it, then send the delivery again.')
  }
  if (reception === 'nowhere') {
    throw new Problem('endpoint-without-url', 'The endpoint has no URL. Give it one, then send the delivery again.')
  }
}

interface Loaded {
  readonly delivery: Delivery
  readonly reception: Readiness
}

/** @throws {Problem} `not-found`, the same whether the delivery, or its endpoint, is malformed, unknown or another's */
async function loadDelivery({ store, health, deliveries }: EndpointDeps, call: TenantCall): Promise<Loaded> {
  const { tenantId } = call
  const messageId = call.parameters['id'] ?? ''
  const delivery = messageIdPattern.test(messageId) ? await deliveries.load({ tenantId, messageId }) : null
  if (delivery !== null) {
    const [endpoint, stored] = await Promise.all([store.load(delivery), health.loadAny(delivery)])
    const reception = readinessOf(delivery, endpoint, stored)
    if (isReached(endpoint, call) && reception !== 'gone') return { delivery, reception }
  }
  throw new Problem('not-found', 'There is no such delivery.')
}

/** What the function `deliver` serves over HTTP, beside its queue. */
export function deliverUses(deps: DeliveryDeps, settings: ApiSettings): Uses {
  return { test: testUse(deps, settings) }
}

/** Those of the receiver's headers that help to find out what answered. */
const shownHeaders = ['content-type', 'content-length', 'date', 'location', 'retry-after', 'server', 'x-request-id']

/** A test delivery, sent while the caller waits. */
export function testUse(deps: DeliveryDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const endpoint = await loadEndpoint(deps.endpoints, contracts, call)
      const contract = contractOf(contracts, endpoint)
      const eventType = await readTestBody(call)
      return outcome(testValues(await testDelivery(deps, { endpoint, contract, eventType })))
    },
  }
}

async function readTestBody(call: TenantCall): Promise<string | null> {
  const body = readBody(call)
  const { testBody, rotateBody } = call.contract
  if (testBody === undefined) return null
  return readEventType(parseJsonObject(body), testBody.eventTypeField, rotateBody?.unknownFields ?? 'ignore')
}

function testValues({ message, made }: TestResult): Record<TestField, Value> {
  const { at, request, answer, result, keyIds } = made
  const delivered = result.error === null
  const headers = answer.kind === 'reply' ? answer.headers : {}
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
    responseBody: answer.kind === 'reply' ? answer.body : null,
    errorMessage: delivered ? null : result.message,
    durationMs: result.durationMs,
    keyIds,
    sentAt: at,
  }
}
