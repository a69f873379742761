import { leasesOf, loadHealthItem } from '../../../src/aws/health-item'
import { verify } from '../../../src/verify'
import type { Deployment } from '../deliver-process/deployment'
import type { Subscribed } from '../deliver-process/subscribe'
import type { Arrival } from '../deliver-process/watched-receiver'
import type { Subject } from './subject'

/** What came of an event at one of its subscribers. */
export interface Outcome {
  /** The status that each arrival was answered with; null: nothing. */
  readonly answers: readonly (number | null)[]
  /** The different message ids that arrived. */
  readonly arrived: readonly unknown[]
  /** What the endpoint's deliveries are listed as: each its message id and status. */
  readonly listed: readonly string[]
  /** Arrivals that the live key did not sign. */
  readonly unsigned: number
  /** Dead letters about it. */
  readonly dead: number
  /** Slots that an attempt holds still. */
  readonly held: readonly string[]
}

/** Where to look. `deadLetters`: the bodies of all that there are. */
export interface Remains {
  readonly deployment: Deployment
  readonly deadLetters: readonly string[]
}

export function outcomesOf(remains: Remains, { tenantId, subscribers }: Subject): Promise<readonly Outcome[]> {
  return Promise.all(subscribers.map(subscribed => outcomeOf(remains, tenantId, subscribed)))
}

async function outcomeOf({ deployment, deadLetters }: Remains, tenantId: string, to: Subscribed): Promise<Outcome> {
  const { receiver, deliveries, table, clock } = deployment
  const { endpointId, secret, url } = to
  const key = { tenantId, endpointId }
  const arrivals = receiver.arrivals.filter(({ path }) => receiver.url + path === url)
  const [recent, health] = await Promise.all([deliveries.deliveries.recent(key, 10), loadHealthItem(table, key)])
  const leases = health === null ? [] : leasesOf(health)
  return {
    answers: arrivals.map(({ status }) => status),
    arrived: [...new Set(arrivals.map(({ headers }) => headers['webhook-id']))],
    listed: recent.map(({ messageId, status }) => `${messageId} ${status}`),
    unsigned: arrivals.filter(arrival => !isSigned(arrival, secret)).length,
    dead: deadLetters.filter(body => body.includes(`"${endpointId}"`)).length,
    held: leases.flatMap(lease => (lease === null || lease < clock.now().toISOString() ? [] : lease)),
  }
}

function isSigned({ body, headers, at }: Arrival, secret: string): boolean {
  try {
    verify(body, headers, secret, { now: at })
    return true
  } catch {
    return false
  }
}
