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
  /** Members of the rotate body besides the overlap. */
  readonly members?: Readonly<Record<string, unknown>>
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
  const body = operation.use === 'rotate' ? rotateBody(connection, call) : null
  const headers = { ...headersOf(connection, call), ...(body === null ? {} : { 'content-type': 'application/json' }) }
  const url = connection.baseUrl + pathOf(connection, operation.path)
  return { url, request: { method: operation.method, headers, body } }
}

function pathOf({ contract: { tenant }, endpointId, tenantId }: Connection, template: string): string {
  const path = template.replace('{id}', () => encodeURIComponent(endpointId))
  if (tenant.from !== 'path') return path
  const encoded = encodeURIComponent(tenantId)
  const written = tenant.parts?.written === 'segments' ? encoded.replaceAll('%2F', '/') : encoded
  return path.replace(`{${tenant.parameter}}`, () => written)
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
    ...contract.client?.headers,
  }
}

type Chosen = Extract<Contract['overlap'], { readonly kind: 'chosen' }>

/** The JSON body of a rotation, or null where it has nothing to say. */
function rotateBody({ contract, overlapSeconds }: Connection, { members = {}, now }: VendorCall): string | null {
  const body = { ...members, ...overlapMember(contract, overlapSeconds, now) }
  return Object.keys(body).length === 0 ? null : JSON.stringify(body)
}

/** What asks for the overlap: nothing where the vendor's default is right, or it has nothing to choose. */
function overlapMember({ overlap }: Contract, seconds: number | null, now: Date): Readonly<Record<string, unknown>> {
  if (overlap.kind !== 'chosen' || seconds === null) return {}
  return { [overlap.field]: written(overlap, seconds, now) }
}

/** The member that gives a vendor the receiver's own secret. @throws {RangeError} where the contract knows none */
export function ownSecretMember(
  { name, rotateBody: rule }: Contract,
  secret: Secret,
): Readonly<Record<string, string>> {
  if (rule?.ownSecret === undefined) throw new RangeError(`the contract ${name} takes no secret`)
  return { [rule.ownSecret.field]: secret.reveal() }
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
