import { parseJsonObject, type JsonObject } from './body/json-object'
import { readBody } from './body/read-body'
import type { TenantCall } from './call'

/**
 * The body of a request that changes a ring; `{}` where the contract's are not looked at.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export function readRingBody(call: TenantCall): JsonObject {
  const body = readBody(call)
  const { rotateBody, overlap } = call.contract
  return rotateBody || overlap.kind === 'chosen' ? parseJsonObject(body) : {}
}
