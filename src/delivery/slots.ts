import { addSeconds } from '../core/instant'
import type { EndpointLife } from '../rotation/ports'
import { type Lease, type LeaseAnswer, slowLaneOf } from './health'
import type { DeliveryDeps } from './ports'

/** For opening keys and connecting, on top of the endpoint's own time limit. */
const marginSeconds = 15
/** How long a message waits here for a slot of an endpoint that works, before it goes back into the queue. */
const patienceMilliseconds = [20, 50, 100, 200, 400]

export interface Wanted {
  readonly life: EndpointLife
  readonly messageId: string
  readonly timeoutMs: number
}

export interface TakenLease {
  readonly answer: LeaseAnswer
  /** What was read before is old by now. */
  readonly waited: boolean
  /** The tenant's slot; null where the endpoint is proven. To be released after the attempt. */
  readonly tenantLease: Lease | null
}

/**
 * The right to make one attempt at an endpoint. One that is not proven needs one of its tenant's few slots as well, so
 * that the receivers of one tenant that never answer hold up none of another's.
 */
export async function takeLease(deps: DeliveryDeps, wanted: Wanted): Promise<TakenLease> {
  const taken = await takeEndpointLease(deps, wanted)
  const { answer } = taken
  if (answer.kind !== 'granted' || answer.proven) return { ...taken, tenantLease: null }
  const ofTenant = await ask(deps, { ...wanted, life: slowLaneOf(wanted.life.tenantId) })
  if (ofTenant.kind === 'granted') return { ...taken, tenantLease: ofTenant.lease }
  await deps.health.release(answer.lease)
  return { ...taken, answer: { kind: 'busy', failures: 0 }, tenantLease: null }
}

/**
 * Waits up to a second for a slot of an endpoint that works; not for one that fails, whose messages would hold up those
 * of others.
 */
async function takeEndpointLease(deps: DeliveryDeps, wanted: Wanted): Promise<Omit<TakenLease, 'tenantLease'>> {
  const first = await ask(deps, wanted)
  if (first.kind !== 'busy') return { answer: first, waited: false }
  let answer: LeaseAnswer = first
  for (const wait of patienceMilliseconds) {
    if (answer.kind !== 'busy' || answer.failures > 0) break
    await deps.sleep(wait * (0.5 + deps.random()))
    answer = await ask(deps, wanted)
  }
  return { answer, waited: true }
}

function ask({ health, now }: DeliveryDeps, { life, messageId, timeoutMs }: Wanted): Promise<LeaseAnswer> {
  const at = now()
  const until = addSeconds(at, timeoutMs / 1000 + marginSeconds)
  return health.acquire({ life, messageId, now: at, until, whenPaused: 'refuse' })
}
