import { addSeconds } from '../core/instant'
import type { EndpointLife } from '../rotation/ports'
import { type Lease, type LeaseOutcome, type LeaseRequest, slowLaneOf } from './health'
import type { DeliveryDeps } from './ports'

export interface WantedLease {
  readonly life: EndpointLife
  readonly messageId: string
  /** The endpoint's own time limit. */
  readonly timeoutMs: number
}

export interface TakenLease {
  readonly outcome: LeaseOutcome
  /** What was read before is old by now. */
  readonly waited: boolean
  /** The tenant's slot; null where the endpoint is prompt. To be released after the attempt. */
  readonly tenantLease: Lease | null
}

/**
 * Takes the right to make one attempt at an endpoint. One that is not prompt needs one of its tenant's few slots as well,
 * so that the receivers of one tenant that never answer hold up none of another's.
 */
export async function takeLease(deps: DeliveryDeps, wanted: WantedLease): Promise<TakenLease> {
  const { outcome, waited } = await takeEndpointLease(deps, wanted)
  return { ...(await withTenantSlot(deps, wanted, outcome)), waited }
}

/**
 * The same for a test, which waits for no slot. It counts towards the same slots, so that a tenant's tests are no more
 * at a time than its deliveries may be. A paused endpoint gets it too.
 */
export async function takeTestLease(deps: LeaseDeps, wanted: WantedLease): Promise<Omit<TakenLease, 'waited'>> {
  return withTenantSlot(deps, wanted, await askForLease(deps, wanted, 'allow'))
}

type LeaseDeps = Pick<DeliveryDeps, 'health' | 'now'>

/** Takes the tenant's slot besides that of an endpoint that is not prompt, or gives the endpoint's back. */
async function withTenantSlot(
  deps: LeaseDeps,
  wanted: WantedLease,
  outcome: LeaseOutcome,
): Promise<Omit<TakenLease, 'waited'>> {
  if (outcome.kind !== 'granted' || outcome.prompt) return { outcome, tenantLease: null }
  const ofTenant = await askForLease(deps, { ...wanted, life: slowLaneOf(wanted.life.tenantId) }, 'refuse')
  if (ofTenant.kind === 'granted') return { outcome, tenantLease: ofTenant.lease }
  await deps.health.release(outcome.lease)
  return { outcome: { kind: 'busy', failures: 0 }, tenantLease: null }
}

/** How long a message waits here for a slot of an endpoint that works, before it goes back into the queue. */
const patienceMilliseconds = [20, 50, 100, 200, 400]

/**
 * Waits up to a second for a slot of an endpoint that works; not for one that fails, whose messages would hold up those
 * of others.
 */
async function takeEndpointLease(deps: DeliveryDeps, wanted: WantedLease): Promise<Omit<TakenLease, 'tenantLease'>> {
  const first = await askForLease(deps, wanted, 'refuse')
  if (first.kind !== 'busy') return { outcome: first, waited: false }
  let outcome: LeaseOutcome = first
  for (const wait of patienceMilliseconds) {
    if (outcome.kind !== 'busy' || outcome.failures > 0) break
    await deps.sleep(wait * (0.5 + deps.random()))
    outcome = await askForLease(deps, wanted, 'refuse')
  }
  return { outcome, waited: true }
}

/** For opening keys, the lookup and what this process is late by, on top of the endpoint's own time limit. */
const marginSeconds = 25

/** Asks for a slot once, for as long as one attempt may take. */
function askForLease(
  { health, now }: LeaseDeps,
  { life, messageId, timeoutMs }: WantedLease,
  whenPaused: LeaseRequest['whenPaused'],
): Promise<LeaseOutcome> {
  const at = now()
  const until = addSeconds(at, timeoutMs / 1000 + marginSeconds)
  return health.acquire({ life, messageId, now: at, until, whenPaused })
}
