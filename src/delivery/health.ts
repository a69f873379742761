import type { EndpointAddress, EndpointLife, FailureCounts } from '../rotation/ports'
import type { Proof, StoredProofs } from '../rotation/proof'

/** How an endpoint's deliveries go. Kept apart from the endpoint, so that no delivery ever holds up a rotation. */
export interface DeliveryHealth {
  /** Failed attempts in a row; a success, a resume, and a rotation at some contracts, set it to 0. */
  readonly consecutiveFailures: number
  /** The first failed attempt of these; null: there are none, or the first was not noted. */
  readonly failingSince: Date | null
  /** Deliveries in a row that used up their whole retry schedule; set to 0 together with the failures. */
  readonly usedUpInRow: number
  readonly errorsSinceLastSuccess: number
  readonly lastSuccessAt: Date | null
  readonly lastFailureAt: Date | null
  /** Over all attempts that got a reply, rounded. */
  readonly avgResponseTimeMs: number | null
  readonly lastResponseTimeMs: number | null
  readonly lastStatus: LastStatus | null
  /** Deliveries that were attempted at least once. */
  readonly deliveriesCount: number
  readonly deliveriesSucceeded: number
  /** Given up, or failed without an attempt; one that is sent again and fails again counts again. */
  readonly deliveriesFailed: number
  /** The last attempt; without any, when the first delivery failed. */
  readonly lastDeliveryAt: Date | null
  /** `pending`: the last attempt failed and another will follow. `failed`: also without another attempt. */
  readonly lastDeliveryStatus: 'success' | 'failed' | 'pending' | null
  /** Set: Keyturn stopped delivering by itself. Apart from the endpoint's own `status`. */
  readonly pausedAt: Date | null
  readonly pausedReason: string | null
}

/** What the last attempt came to; `code` is null when no reply came. */
export interface LastStatus {
  readonly code: number | null
  readonly message: string
  readonly timestamp: Date
}

/** The health of an endpoint that nothing was delivered to yet. */
export const neverDelivered: DeliveryHealth = {
  consecutiveFailures: 0,
  failingSince: null,
  usedUpInRow: 0,
  errorsSinceLastSuccess: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  avgResponseTimeMs: null,
  lastResponseTimeMs: null,
  lastStatus: null,
  deliveriesCount: 0,
  deliveriesSucceeded: 0,
  deliveriesFailed: 0,
  lastDeliveryAt: null,
  lastDeliveryStatus: null,
  pausedAt: null,
  pausedReason: null,
}

/** `incarnation`: the life of the endpoint that it is of; null when nothing is stored. */
export interface StoredHealth extends StoredProofs {
  readonly health: DeliveryHealth
}

/** Health and pauses. Counters rise by atomic additions, so attempts at the same time lose none. */
export interface HealthStore extends FailureCounts {
  load(life: EndpointLife): Promise<DeliveryHealth>
  /** As stored, whichever life it is of: to be read beside the endpoint. */
  loadAny(address: EndpointAddress): Promise<StoredHealth>
  /** By endpoint id, without the endpoints that have nothing stored. May be a moment old. */
  loadMany(lives: readonly EndpointLife[]): Promise<ReadonlyMap<string, DeliveryHealth>>
  /** Makes room for this life of the endpoint, where what is stored is of the one `before`. */
  beginLife(life: EndpointLife, before: string): Promise<void>
  /** Counts an attempt. Returns the failures in a row, this one included; none where the endpoint's life is over. */
  countAttempt(life: EndpointLife, observation: Observation): Promise<FailureStreak>
  /** Counts a delivery that failed without an attempt. What is counted of attempts stays as it is. */
  countUnattempted(life: EndpointLife, at: Date): Promise<void>
  /** The first pause stays. An hour later the first test of the paused endpoint is due. */
  pause(life: EndpointLife, pause: { readonly at: Date; readonly reason: string }): Promise<void>
  /** Keeps what a probe proved beside what else counts (`withProof`); nothing where the life is over. */
  keepProof(life: EndpointLife, proof: Proof, keyIds: readonly string[]): Promise<void>
  /** Notes that the series of failures which began then was told as failing. */
  noteFailingTold(life: EndpointLife, failingSince: Date): Promise<void>
  /** Ends an automatic pause and forgets the failures in a row. */
  resume(life: EndpointLife): Promise<void>
}

/** What one attempt came to, for the counters. */
export interface Observation {
  readonly at: Date
  /** Null when no reply came. */
  readonly responseTimeMs: number | null
  readonly lastStatus: LastStatus
  readonly outcome: 'success' | 'failed' | 'pending'
  /** The delivery's first attempt. */
  readonly first: boolean
  /** The delivery has used up its whole retry schedule with it. */
  readonly usedUp: boolean
}

/** Failures of an endpoint in a row. */
export interface FailureStreak extends Pick<
  DeliveryHealth,
  'consecutiveFailures' | 'failingSince' | 'usedUpInRow' | 'pausedAt'
> {
  /** The `failingSince` of the last series that was told as failing; null: none was. */
  readonly failingTold: Date | null
}

/** Attempts that take no longer than this give their slot back soon. */
const quickMs = 1000

type Quickness = Pick<DeliveryHealth, 'errorsSinceLastSuccess' | 'lastResponseTimeMs'>

/**
 * Whether an endpoint took its last attempt, within a second, or has had none. No resume or rotation makes up for a
 * failure.
 */
export function answersQuickly({ errorsSinceLastSuccess, lastResponseTimeMs }: Quickness): boolean {
  return errorsSinceLastSuccess === 0 && (lastResponseTimeMs ?? 0) <= quickMs
}
