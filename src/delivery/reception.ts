import type { Endpoint } from '../endpoints/endpoint'
import type { Delivery } from './delivery'
import type { StoredHealth } from './health-store'
import { isFor } from './target'

/** Whether an endpoint takes a delivery now. `gone`: it was deleted. */
export type Reception = 'open' | 'paused' | 'gone'

/** Paused, by its owner or by Keyturn, whatever else would keep the delivery from being sent. */
export function receptionOf(delivery: Delivery, endpoint: Endpoint | null, stored: StoredHealth): Reception {
  if (endpoint === null || !isFor(delivery, endpoint)) return 'gone'
  const isPausedByKeyturn = stored.incarnation === endpoint.incarnation && stored.health.pausedAt !== null
  return endpoint.settings.status === 'paused' || isPausedByKeyturn ? 'paused' : 'open'
}
