import type { Endpoint } from '../endpoints/endpoint'
import type { Delivery } from './delivery'
import type { StoredHealth } from './health-store'
import { isFor } from './target'

/** Whether an endpoint takes a delivery now. `nowhere`: it has no URL. `gone`: it was deleted. */
export type Reception = 'open' | 'paused' | 'nowhere' | 'gone'

/** Paused, by its owner or by Keyturn, whatever else would keep the delivery from being sent. */
export function receptionOf(delivery: Delivery, endpoint: Endpoint | null, stored: StoredHealth): Reception {
  if (endpoint === null || !isFor(delivery, endpoint)) return 'gone'
  const isPausedByKeyturn = stored.incarnation === endpoint.incarnation && stored.health.pausedAt !== null
  if (endpoint.settings.status === 'paused' || isPausedByKeyturn) return 'paused'
  return endpoint.settings.url === null ? 'nowhere' : 'open'
}
