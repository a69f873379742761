import type { Contract } from '../contracts/contract'
import { standardDelivery } from '../contracts/defaults'
import type { Json } from '../contracts/shape'
import { newId } from '../core/id'
import { Problem } from '../core/problem'
import type { Endpoint } from '../rotation/endpoint'
import { attempt, type Attempt, recordOf } from './attempt'
import { messageIdOf } from './delivery'
import { askForLease, type Lease, type WantedLease } from './lease'
import type { DeliveryDeps } from './ports'
import type { Message } from './signed-request'

export interface TestRequest {
  readonly endpoint: Endpoint
  /** The endpoint's own. */
  readonly contract: Contract
  /** Null: `webhook.test`. */
  readonly eventType: string | null
}

export interface TestResult {
  readonly message: Message
  readonly made: Attempt
}

/** What sending a test takes. */
export type TestDeps = Pick<
  DeliveryDeps,
  'leases' | 'attemptsPerTenant' | 'attempts' | 'openKey' | 'send' | 'now' | 'randomBytes' | 'log'
>

export const testEventType = 'webhook.test'
export const testPayload: Json = { message: 'This is a test delivery. Nothing happened.' }
/** How long somebody who asked for a test waits for it. */
const patienceMs = 10_000

/**
 * Sends a made-up event while the caller waits, for `longestMs` at most. It is recorded among the attempts and counts
 * towards nothing; a paused endpoint gets it too.
 * @throws {Problem} `endpoint-without-url`, `endpoint-busy`
 */
export async function testDelivery(
  deps: TestDeps,
  request: TestRequest,
  longestMs: number = patienceMs,
): Promise<TestResult> {
  const { contract } = request
  const endpoint = withTestTimeout(request.endpoint, longestMs)
  const { url } = endpoint.settings
  if (url === null) throw new Problem('endpoint-without-url', 'The endpoint has no URL to send a test to.')
  const message = testMessage(deps, request)
  const address = { tenantId: endpoint.tenantId, endpointId: endpoint.id }
  const { timeoutMs } = endpoint.settings.requestConfig
  const lease = await leaseFor(deps, { address, messageId: message.id, timeoutMs })
  try {
    const made = await attempt(deps, { endpoint, contract, url, message })
    const about = { messageId: message.id, eventType: message.event.type, kind: 'test', number: 1 } as const
    await deps.attempts.record(address, recordOf(made, about, deps.randomBytes))
    return { message, made }
  } finally {
    await deps.leases.release(lease)
  }
}

/** A made-up event's message, with ids of its own. */
export function testMessage(
  { now, randomBytes }: Pick<TestDeps, 'now' | 'randomBytes'>,
  { endpoint, contract, eventType }: TestRequest,
): Message {
  const { tenantId, id: endpointId, incarnation } = endpoint
  const event = {
    tenantId,
    id: newId('evt', randomBytes),
    type: eventType ?? testEventType,
    at: now(),
    payload: testPayload,
  }
  const { messageIds } = contract.delivery ?? standardDelivery
  return { id: messageIdOf(messageIds, { tenantId, endpointId, incarnation, eventId: event.id }), endpointId, event }
}

/** The endpoint with its own time limit, or that of tests where it is shorter. */
export function withTestTimeout(endpoint: Endpoint, longestMs: number): Endpoint {
  const { requestConfig } = endpoint.settings
  const timeoutMs = Math.min(requestConfig.timeoutMs, longestMs)
  return { ...endpoint, settings: { ...endpoint.settings, requestConfig: { ...requestConfig, timeoutMs } } }
}

/**
 * A test waits for no slot. It counts towards the same ones as deliveries, so that a tenant's are bounded with them.
 * @throws {Problem} `endpoint-busy`
 */
export async function leaseFor(
  deps: Pick<TestDeps, 'leases' | 'attemptsPerTenant' | 'now'>,
  wanted: WantedLease,
): Promise<Lease> {
  const outcome = await askForLease(deps, wanted)
  if (outcome.kind !== 'busy') return outcome.lease
  throw new Problem('endpoint-busy', 'The endpoint is being sent to as often as it may be.', { retryAfterSeconds: 1 })
}
