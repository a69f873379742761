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

/** `busy`: all slots of the endpoint are taken, or all of its tenant. `under-way`: this very message has one of them. */
export type LeaseOutcome =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | { readonly kind: 'busy'; readonly full: 'endpoint' | 'tenant' }
  | { readonly kind: 'under-way' }

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

/** Asks for a lease; where the endpoint's slots are taken, once more after an attempt of this process at it has ended. */
export async function waitForLease(
  deps: LeaseDeps & Pick<DeliveryDeps, 'ownAttempts'>,
  wanted: WantedLease,
): Promise<TakenLease> {
  const outcome = await askForLease(deps, wanted)
  const mayWait = outcome.kind === 'busy' && outcome.full === 'endpoint'
  if (!mayWait || !(await deps.ownAttempts.turnAt(wanted.address))) return { outcome, waited: false }
  return { outcome: await askForLease(deps, wanted), waited: true }
}
