import { Problem } from '../../rotation/problem'
import { checkKnownVersion } from '../api-version'
import type { Call } from '../call'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024
/** The largest body of an event: its payload may be written with more bytes than it has when it is sent. */
export const largestEventBodyBytes = 512 * 1024

/**
 * The body of a request whose id has been found; empty where there is none. What is malformed about a request is refused
 * from here on, its API version first.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export function readBody(call: Call, most: number = largestBodyBytes): Buffer {
  checkKnownVersion(call)
  const { body } = call.request
  if (body.length <= most) return body
  throw new Problem('payload-too-large', `The body must not be larger than ${most} bytes.`)
}
