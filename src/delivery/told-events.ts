import { createHash } from 'node:crypto'
import type { Endpoint } from '../rotation/endpoint'
import type { KeyturnEvent } from '../rotation/ports'
import type { Delivery } from './delivery'
import type { DeliveryDeps } from './ports'

// What delivering tells on the bus. Each event is put before what it tells of is stored, so that whenever the process dies
// between the two it comes again, under the same id.

type TellDeps = Pick<DeliveryDeps, 'events' | 'timeout'>

type Told = Pick<KeyturnEvent, 'at' | 'reason' | 'failingSince' | 'messageId' | 'eventId'>

const tellMilliseconds = 2000

/** Keyturn pauses the endpoint: once for each series of failures. */
export function tellPaused(deps: TellDeps, endpoint: Endpoint, { failingSince, ...told }: Series): Promise<void> {
  return tell(deps, endpoint, { type: 'endpoint.paused', of: [endpoint.incarnation, failingSince], ...told })
}

interface Series {
  readonly failingSince: Date
  readonly at: Date
  readonly reason: string
}

/** Every attempt has failed for an hour: once for each series of failures. */
export function tellFailing(deps: TellDeps, endpoint: Endpoint, told: Omit<Series, 'reason'>): Promise<void> {
  const of = [endpoint.incarnation, told.failingSince]
  return tell(deps, endpoint, { type: 'endpoint.failing', of, reason: null, ...told })
}

/** A test has ended Keyturn's pause of `pausedAt`. */
export function tellResumed(
  deps: TellDeps,
  endpoint: Endpoint,
  { pausedAt, at }: { readonly pausedAt: Date; readonly at: Date },
): Promise<void> {
  return tell(deps, endpoint, { type: 'endpoint.resumed', of: [endpoint.incarnation, pausedAt], at, reason: null })
}

/** The delivery became a dead letter: once for each round of its schedule. */
export function tellExhausted(
  deps: TellDeps,
  endpoint: Endpoint,
  { messageId, eventId, roundStart, dlqAt: at, errorMessage: reason }: Delivery & { readonly dlqAt: Date },
): Promise<void> {
  const of = [endpoint.incarnation, messageId, roundStart]
  return tell(deps, endpoint, { type: 'delivery.exhausted', of, at, reason, messageId, eventId })
}

interface Telling extends Told {
  readonly type: 'endpoint.paused' | 'endpoint.failing' | 'endpoint.resumed' | 'delivery.exhausted'
  /** What there is one event of. */
  readonly of: readonly (string | number | Date)[]
}

async function tell({ events, timeout }: TellDeps, endpoint: Endpoint, { type, of, ...told }: Telling): Promise<void> {
  const { tenantId, id: endpointId, contract, ring } = endpoint
  const digest = createHash('sha256').update(JSON.stringify([type, ...of]))
  const id = `dlv_${digest.digest('hex').slice(0, 24)}`
  const key = { keyId: ring.keys[0].id, version: ring.version }
  const actor = { kind: 'keyturn', id: 'deliver' } as const
  await events.publish(
    [{ type, id, tenantId, endpointId, contract, ...key, actor, ...told }],
    timeout(tellMilliseconds),
  )
}
