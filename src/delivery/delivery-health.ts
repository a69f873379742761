/** How an endpoint's deliveries go. Kept apart from the endpoint, so that no delivery ever holds up a rotation. */
export interface DeliveryHealth {
  /** Failed attempts in a row; a success, a resume, and a rotation at some contracts, set it to 0. */
  readonly consecutiveFailures: number
  readonly errorsSinceLastSuccess: number
  readonly lastSuccessAt: Date | null
  readonly lastFailureAt: Date | null
  /** Over all answered attempts, rounded. */
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

/** What the last attempt came to; `code` is null when nothing answered. */
export interface LastStatus {
  readonly code: number | null
  readonly message: string
  readonly timestamp: Date
}

/** The health of an endpoint that nothing was delivered to yet. */
export const neverDelivered: DeliveryHealth = {
  consecutiveFailures: 0,
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
