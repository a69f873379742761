import { addSeconds } from '../../core/instant'
import { instant, invalidField, readTable, required } from './fields'
import type { JsonObject } from './json'

/** Deliveries are kept for 30 days. */
const longestBackSeconds = 30 * 24 * 60 * 60
/** A caller's clock, and the way of the request. */
const leewaySeconds = 60

/** Since when deliveries are to be sent again. */
export function recoverTable(now: Date) {
  return {
    since: required({
      schema: { ...instant.schema, description: 'At most 30 days ago, and not in the future' },
      read: (path, value) => {
        const since = instant.read(path, value)
        if (since > addSeconds(now, leewaySeconds)) throw invalidField(path, 'must not be in the future')
        if (since >= addSeconds(now, -longestBackSeconds - leewaySeconds)) return since
        throw invalidField(path, 'must be at most 30 days ago')
      },
    }),
  }
}

/** @throws {Problem} `invalid-request`: `since` is missing, no RFC 3339 instant, in the future or over 30 days ago */
export function readRecoverBody(body: JsonObject, now: Date): Date {
  return readTable(body, recoverTable(now), 'refuse').since
}
