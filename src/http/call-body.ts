import { checkKnownVersion } from './api-version'
import { readBody } from './body/read-body'
import type { Call } from './call'

/**
 * The body of a request whose id has been found. What is malformed about a request is refused from here on, its API
 * version first.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export async function readCallBody(call: Call, most?: number): Promise<Buffer> {
  checkKnownVersion(call)
  return readBody(call.request, most)
}
