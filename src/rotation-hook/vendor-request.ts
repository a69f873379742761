import type { Contract, Operation } from '../contracts/contract'
import { addSeconds } from '../core/instant'
import { Secret } from '../core/secret'
import { HookError } from './hook-error'

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

/** What is sent to a vendor, besides the URL. */
export interface VendorHttpRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** The request of one of the contract's operations, with this secret's endpoint, tenant and credential. */
export function vendorRequest(
  connection: Connection,
  call: VendorCall,
): { readonly url: string; readonly request: VendorHttpRequest } {
  const { operation } = call
  const body = operation.use === 'rotate' ? overlapBody(connection, call.now) : null
  const headers = { ...headersOf(connection, call), ...(body === null ? {} : { 'content-type': 'application/json' }) }
  const url = connection.baseUrl + pathOf(connection, operation.path)
  return { url, request: { method: operation.method, headers, body } }
}

function pathOf({ contract, endpointId, tenantId }: Connection, template: string): string {
  const tenant = contract.tenant.from === 'path' ? contract.tenant.parameter : null
  return template
    .replace('{id}', encodeURIComponent(endpointId))
    .replace(`{${tenant ?? 'id'}}`, encodeURIComponent(tenantId))
}

function headersOf(
  { contract, tenantId }: Connection,
  { credential, idempotencyKey }: VendorCall,
): Readonly<Record<string, string>> {
  const { credentials, tenant, apiVersions } = contract
  const token = credential.reveal()
  const tenantHeader = tenant.from === 'path' ? undefined : tenant.header
  const newest = apiVersions?.known[0]
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'keyturn-rotation-hook',
    ...(credentials.in.kind === 'bearer' ? { authorization: `Bearer ${token}` } : { [credentials.in.name]: token }),
    ...(tenantHeader !== undefined && tenantId !== '' ? { [tenantHeader]: tenantId } : {}),
    ...(apiVersions !== undefined && newest !== undefined ? { [apiVersions.header]: newest } : {}),
    ...(idempotencyKey !== null && contract.idempotencyKey !== 'off' ? { 'idempotency-key': idempotencyKey } : {}),
  }
}

type Chosen = Extract<Contract['overlap'], { readonly kind: 'chosen' }>

/** The JSON body that asks for the overlap, or null: the vendor's default is right, or it has nothing to choose. */
function overlapBody(
  { contract, overlapSeconds }: { readonly contract: Contract; readonly overlapSeconds: number | null },
  now: Date,
): string | null {
  if (contract.overlap.kind !== 'chosen' || overlapSeconds === null) return null
  return JSON.stringify({ [contract.overlap.field]: written(contract.overlap, overlapSeconds, now) })
}

/** @throws {RangeError} when the contract has no word for that length */
function written({ unit, words = {} }: Chosen, seconds: number, now: Date): number | string | boolean {
  switch (unit) {
    case 'seconds':
      return seconds
    case 'minutes':
      return seconds / 60
    case 'hours':
      return seconds / 3600
    case 'iso-duration':
      return `PT${seconds}S`
    case 'instant':
      return addSeconds(now, seconds).toISOString()
    case 'boolean':
      return seconds > 0
    case 'words': {
      const word = Object.entries(words).find(([, length]) => length === seconds)?.[0]
      if (word === undefined) throw new RangeError(`the contract has no word for an overlap of ${seconds} seconds`)
      return word
    }
  }
}

/**
 * The vendor's credential out of its secret: the text itself, or `{"token": "…"}`.
 * @throws {HookError} `no-credentials`
 */
export function parseCredential(text: string): Secret {
  // A byte order mark counts as whitespace.
  const trimmed = text.trim()
  const token = trimmed.startsWith('{') ? tokenOf(trimmed) : trimmed
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return new Secret(token)
  throw new HookError('no-credentials', 'the credentials secret is neither a token nor {"token": …}')
}

function tokenOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && 'token' in parsed ? parsed.token : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
