import { addSeconds } from '../../core/instant'
import { fieldsOf, invalidField, readInstant } from './fields'
import type { JsonObject } from './json'

/** Deliveries are kept for 30 days. */
const longestBackSeconds = 30 * 24 * 60 * 60
/** A caller's clock, and the way of the request. */
const leewaySeconds = 60

/**
 * Since when deliveries are to be sent again.
 * @throws {Problem} `invalid-request`: `since` is missing, no RFC 3339 instant, in the future or over 30 days ago
 */
export function readRecoverBody(body: JsonObject, now: Date): Date {
  const fields = fieldsOf(body, 'refuse')
  const since = fields.read('since', value => readSince(value, now))
  fields.finish()
  if (since === undefined) throw invalidField('since', 'must be given')
  return since
}

function readSince(value: unknown, now: Date): Date {
  const since = readInstant('since', value)
  if (since > addSeconds(now, leewaySeconds)) throw invalidField('since', 'must not be in the future')
  if (since < addSeconds(now, -longestBackSeconds - leewaySeconds)) {
    throw invalidField('since', 'must be at most 30 days ago')
  }
  return since
}
