import { addSeconds } from '../core/instant'
import type { EndpointAddress } from '../rotation/ports'
import type { DeliveryDeps } from './ports'

/** Attempts at one endpoint at a time. */
export const attemptSlots = 5

/** The right to make one attempt. It ends by itself at `until`, so one that is never given back does not leak. */
export interface Lease {
  readonly address: EndpointAddress
  /** Which of the endpoint's slots it holds, from 0. */
  readonly slot: number
  readonly messageId: string
  readonly until: Date
}

export interface LeaseRequest {
  readonly address: EndpointAddress
  readonly messageId: string
  readonly now: Date
  readonly until: Date
  /** Attempts at all endpoints of the tenant at a time. */
  readonly mostOfTenant: number
}

/**
 * `busy`: all slots of the endpoint are taken, or all of its tenant. `under-way`: this very message has one of them, by an
 * earlier call, or by this one where the reply to its write was lost.
 */
export type LeaseOutcome = { readonly kind: 'granted' | 'under-way'; readonly lease: Lease } | { readonly kind: 'busy' }

/** The attempts that are under way, of each tenant. */
export interface LeaseStore {
  acquire(request: LeaseRequest): Promise<LeaseOutcome>
  /** A lease that is over, or another's by now, is left as it is. */
  release(lease: Lease): Promise<void>
}

export interface WantedLease {
  readonly address: EndpointAddress
  readonly messageId: string
  /** The endpoint's own time limit. */
  readonly timeoutMs: number
}

type LeaseDeps = Pick<DeliveryDeps, 'leases' | 'attemptsPerTenant' | 'now'>

/** For opening keys, the lookup and what this process is late by, on top of the endpoint's own time limit. */
const marginSeconds = 25

/** Asks once for the right to make one attempt, for as long as it may take. */
export function askForLease(
  { leases, attemptsPerTenant: mostOfTenant, now }: LeaseDeps,
  { address, messageId, timeoutMs }: WantedLease,
): Promise<LeaseOutcome> {
  const at = now()
  const until = addSeconds(at, timeoutMs / 1000 + marginSeconds)
  return leases.acquire({ address, messageId, now: at, until, mostOfTenant })
}

export interface TakenLease {
  readonly outcome: LeaseOutcome
  /** What was read before is old by now. */
  readonly waited: boolean
}

/** How long a message waits here once it was told `busy`, before it goes back into the queue. */
export const patienceMs = 500

/** Asks until there is a lease: whenever a message of the tenant is done here, and now and then for those elsewhere. */
export async function waitForLease(
  deps: LeaseDeps & Pick<DeliveryDeps, 'ownAttempts'>,
  wanted: WantedLease,
): Promise<TakenLease> {
  let outcome = await askForLease(deps, wanted)
  const until = performance.now() + patienceMs
  let waited = false
  while (outcome.kind === 'busy' && performance.now() < until) {
    await deps.ownAttempts.nextEnd(wanted.address.tenantId)
    waited = true
    outcome = await askForLease(deps, wanted)
  }
  return { outcome, waited }
}
