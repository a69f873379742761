import { headerOf } from '../access/authenticate'
import type { IdempotencyRecord } from '../rotation/endpoint'
import { idempotencyRecord, type IdempotentOperation } from '../rotation/idempotency'
import { invalidField } from './body/fields'
import type { JsonObject } from './body/json'
import type { TenantCall } from './request'

const header = 'Idempotency-Key'

/**
 * What is remembered of the request's `Idempotency-Key`; null where it has none, or the contract knows none.
 * @throws {Problem} `invalid-request` for a key that is malformed, or required and missing
 */
export function readIdempotency(
  { contract, request, actor }: TenantCall,
  operation: IdempotentOperation,
  body: JsonObject,
): IdempotencyRecord | null {
  const key = headerOf(request.headers, header)
  if (contract.idempotencyKey === 'off') return null
  if (key === null && contract.idempotencyKey === 'optional') return null
  if (key === null) throw invalidField(header, 'must be given')
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw invalidField(header, 'must be 1 to 255 visible ASCII characters')
  return idempotencyRecord(actor, operation, { key, body })
}
