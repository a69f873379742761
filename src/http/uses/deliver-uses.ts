import type { DeliveryDeps } from '../../delivery/deps'
import type { ApiSettings, Uses } from '../call'
import { testUse } from './test-use'

/** What the function `deliver` serves over HTTP, beside its queue. */
export function deliverUses(deps: DeliveryDeps, settings: ApiSettings): Uses {
  return { test: testUse(deps, settings) }
}
