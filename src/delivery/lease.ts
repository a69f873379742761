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

/** How long a message waits here for a lease, before it goes back into the queue. */
const patienceMilliseconds = [20, 50, 100, 200, 400]

export interface TakenLease {
  readonly outcome: LeaseOutcome
  /** What was read before is old by now. */
  readonly waited: boolean
}

/** Asks for a lease for up to a second. To be used where those who hold one give it back soon. */
export async function waitForLease(
  deps: LeaseDeps & Pick<DeliveryDeps, 'sleep' | 'random'>,
  wanted: WantedLease,
): Promise<TakenLease> {
  const first = await askForLease(deps, wanted)
  if (first.kind !== 'busy') return { outcome: first, waited: false }
  let outcome: LeaseOutcome = first
  for (const wait of patienceMilliseconds) {
    if (outcome.kind !== 'busy') break
    await deps.sleep(wait * (0.5 + deps.random()))
    outcome = await askForLease(deps, wanted)
  }
  return { outcome, waited: true }
}
