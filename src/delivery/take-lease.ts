import { addSeconds } from '../rotation/instant'
import type { DeliveryDeps } from './deps'
import type { EndpointLife, LeaseAnswer } from './health-store'

/** For opening keys and connecting, on top of the endpoint's own time limit. */
const marginSeconds = 15
/** How long a message waits here for a slot of an endpoint that works, before it goes back into the queue. */
const patienceMilliseconds = [20, 50, 100, 200, 400]

export interface Wanted {
  readonly life: EndpointLife
  readonly messageId: string
  readonly timeoutMs: number
}

/** `waited`: what was read before is old by now. */
export interface TakenLease {
  readonly answer: LeaseAnswer
  readonly waited: boolean
}

/**
 * The right to make one attempt at an endpoint. Waits up to a second for one that works; not for one that fails,
 * whose messages would hold up those of others.
 */
export async function takeLease(deps: DeliveryDeps, { life, messageId, timeoutMs }: Wanted): Promise<TakenLease> {
  const ask = (): Promise<LeaseAnswer> => {
    const now = deps.now()
    const until = addSeconds(now, timeoutMs / 1000 + marginSeconds)
    return deps.health.acquire({ life, messageId, now, until, whenPaused: 'refuse' })
  }
  const first = await ask()
  if (first.kind !== 'busy') return { answer: first, waited: false }
  let answer: LeaseAnswer = first
  for (const wait of patienceMilliseconds) {
    if (answer.kind !== 'busy' || answer.failures > 0) break
    await deps.sleep(wait * (0.5 + deps.random()))
    answer = await ask()
  }
  return { answer, waited: true }
}
