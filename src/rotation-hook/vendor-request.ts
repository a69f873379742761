import type { Contract, Operation } from '../contracts/contract'
import type { Secret } from '../rotation/secret'
import { overlapBody } from './overlap-body'

/** Where and as whom the vendor is called. */
export interface Connection {
  readonly contract: Contract
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly endpointId: string
  /** Empty: not told. */
  readonly tenantId: string
  readonly overlapSeconds: number | null
}

export interface VendorCall {
  readonly operation: Operation
  readonly credential: Secret
  readonly idempotencyKey: string | null
  readonly now: Date
}

/** The request of one of the contract's operations, with this secret's endpoint, tenant and credential. */
export function vendorRequest(
  connection: Connection,
  call: VendorCall,
): { readonly url: string; readonly init: RequestInit } {
  const { operation } = call
  const body = operation.use === 'rotate' ? overlapBody(connection, call.now) : null
  const headers = { ...headersOf(connection, call), ...(body === null ? {} : { 'content-type': 'application/json' }) }
  const url = connection.baseUrl + pathOf(connection, operation.path)
  return { url, init: { method: operation.method, headers, redirect: 'manual', ...(body === null ? {} : { body }) } }
}

function pathOf({ contract, endpointId, tenantId }: Connection, template: string): string {
  const tenant = contract.tenant.from === 'path' ? contract.tenant.parameter : null
  return template
    .replace('{id}', encodeURIComponent(endpointId))
    .replace(`{${tenant ?? 'id'}}`, encodeURIComponent(tenantId))
}

function headersOf({ contract, tenantId }: Connection, { credential, idempotencyKey }: VendorCall) {
  const { credentials, tenant, apiVersions } = contract
  const token = credential.reveal()
  const tenantHeader = tenant.from === 'path' ? undefined : tenant.header
  const newest = apiVersions?.known[0]
  return {
    accept: 'application/json',
    'user-agent': 'keyturn-rotation-hook',
    ...(credentials.in.kind === 'bearer' ? { authorization: `Bearer ${token}` } : { [credentials.in.name]: token }),
    ...(tenantHeader !== undefined && tenantId !== '' ? { [tenantHeader]: tenantId } : {}),
    ...(apiVersions !== undefined && newest !== undefined ? { [apiVersions.header]: newest } : {}),
    ...(idempotencyKey !== null && contract.idempotencyKey !== 'off' ? { 'idempotency-key': idempotencyKey } : {}),
  }
}
