import type { Contract, Operation, Span } from '../contracts/contract'
import { placedCredential } from '../contracts/credential-places'
import { idempotencyKeyOf } from '../contracts/defaults'
import { type ChosenOverlap, jsonOfWord, mustBeSaid, saidLength, secondsIn } from '../contracts/overlap'
import { parsePlace, type Place, type PlaceText, valueText, whenConstants } from '../contracts/place'
import type { Json } from '../contracts/shape'
import { addSeconds } from '../core/instant'
import { Secret } from '../core/secret'
import { type JsonObject, withMember } from '../verify/in-body'
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
  /** What a rotation says besides the contract's constants and the overlap, by its place. */
  readonly members?: Readonly<Record<PlaceText, Json>>
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

/** What each request has, whatever the contract says of its own. */
export const hookHeaders: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'keyturn-rotation-hook',
}

/** The request of one of the contract's operations, with this secret's endpoint, tenant and credential. */
export function vendorRequest(
  connection: Connection,
  call: VendorCall,
): { readonly url: string; readonly request: VendorHttpRequest } {
  const { contract, baseUrl } = connection
  const { operation, credential } = call
  const placed = placedCredential(contract.credentials, credential.reveal())
  const said = [
    ...(operation.use === 'rotate' ? saidByRotation(connection, call) : []),
    ...idempotencyOf(contract, call),
  ]
  const body = bodyOf(contract, operation, said)
  const headers = {
    ...headersOf(connection),
    ...('header' in placed ? { [placed.header]: placed.value } : {}),
    ...Object.fromEntries(
      said.flatMap(({ place, value }) => (place.in === 'header' ? [[place.name.toLowerCase(), valueText(value)]] : [])),
    ),
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  }
  const members: readonly (readonly [string, string])[] = [
    ...said.flatMap(({ place, value }) => (place.in === 'query' ? [[place.name, valueText(value)] as const] : [])),
    ...('query' in placed ? [[placed.query, placed.value] as const] : []),
  ]
  const query = new URLSearchParams(members.map(([name, value]): [string, string] => [name, value]))
  const url = baseUrl + pathOf(connection, operation.path, said) + (query.size === 0 ? '' : `?${query.toString()}`)
  return { url, request: { method: operation.method, headers, body } }
}

/** Something that a request says, and where. */
interface Said {
  readonly place: Place
  readonly value: Json
}

/** The whole of a path, one parameter after the other. */
function pathOf({ contract, endpointId, tenantId }: Connection, template: string, said: readonly Said[]): string {
  const { tenant } = contract
  const tenantName = tenant.from === 'path' ? tenant.parameter : null
  const isOfSegments = tenant.from === 'path' && tenant.parts?.written === 'segments'
  const chosen = said.flatMap(({ place, value }) =>
    place.in === 'path' ? [[place.name, valueText(value)] as const] : [],
  )
  const parameters: Readonly<Record<string, string>> = { id: endpointId, ...Object.fromEntries(chosen) }
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const encoded = encodeURIComponent(name === tenantName ? tenantId : (parameters[name] ?? ''))
    return name === tenantName && isOfSegments ? encoded.replaceAll('%2F', '/') : encoded
  })
}

function headersOf({ contract, tenantId }: Connection): Readonly<Record<string, string>> {
  const { tenant, apiVersions } = contract
  const tenantHeader = tenant.from === 'path' ? undefined : tenant.header
  const newest = apiVersions?.known[0]
  return {
    ...hookHeaders,
    ...(tenantHeader !== undefined && tenantId !== '' ? { [tenantHeader]: tenantId } : {}),
    ...(apiVersions !== undefined && newest !== undefined ? { [apiVersions.header]: newest } : {}),
    ...contract.client?.headers,
  }
}

function idempotencyOf(contract: Contract, call: VendorCall): readonly Said[] {
  const { rule, in: place } = idempotencyKeyOf(contract)
  return call.idempotencyKey === null || rule === 'off'
    ? []
    : [{ place: parsePlace(place), value: call.idempotencyKey }]
}

/** What a reason says that the vendor requires. */
const usualReason = 'scheduled rotation'

/** What a rotation must say, and the overlap where it is not the vendor's default or the vendor wants it said. */
function saidByRotation(
  { contract, overlapSeconds }: Connection,
  { operation, members = {}, now }: VendorCall,
): readonly Said[] {
  const { overlap, rotateBody } = contract
  const { constants = {}, reason } = rotateBody ?? {}
  const said = Object.entries({ ...Object.fromEntries(whenConstants(operation)), ...constants, ...members })
  if (reason?.required === true) said.push([reason.field, usualReason.slice(0, reason.maximumCharacters).trimEnd()])
  if (overlap.kind === 'chosen' && (overlapSeconds !== null || mustBeSaid(overlap))) {
    said.push([overlap.field, written(overlap, overlapSeconds ?? overlap.defaultSeconds, now)])
  }
  return said.map(([place, value]) => ({ place: parsePlace(place), value }))
}

/** What gives a vendor the receiver's own secret, by its place. @throws {RangeError} where the contract knows none */
export function ownSecretMember(
  { name, rotateBody: rule }: Contract,
  secret: Secret,
): Readonly<Record<PlaceText, string>> {
  if (rule?.ownSecret === undefined) throw new RangeError(`the contract ${name} takes no secret`)
  return { [rule.ownSecret.field]: secret.reveal() }
}

/** The JSON body; null: the vendor wants none. */
function bodyOf({ rotateBody }: Contract, { use }: Operation, said: readonly Said[]): string | null {
  const members = said.flatMap(({ place, value }) => (place.in === 'body' ? [{ path: place.path, value }] : []))
  if (members.length === 0) return use === 'rotate' && rotateBody?.required === true ? '{}' : null
  return JSON.stringify(members.reduce<JsonObject>((body, { path, value }) => withMember(body, path, value), {}))
}

/** @throws {RangeError} when the contract has no word for that length */
function written(overlap: ChosenOverlap, wanted: Span, now: Date): Json {
  const { unit, words = {}, maximumSeconds } = overlap
  const span = saidLength(overlap, wanted)
  if (unit === 'words' || span === 'endless') return wordFor(words, span)
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours':
    case 'days':
      return span / (secondsIn[unit] ?? 1)
    case 'iso-duration':
      return `PT${span}S`
    case 'instant':
      return addSeconds(now, span).toISOString()
    case 'unix-seconds':
      return Math.min(inUnixSeconds(now, span, Math.ceil), inUnixSeconds(now, maximumSeconds, Math.floor))
  }
}

function inUnixSeconds(now: Date, span: number, round: (seconds: number) => number): number {
  return round(addSeconds(now, span).getTime() / 1000)
}

function wordFor(words: Readonly<Record<string, Span>>, span: Span): Json {
  const word = Object.entries(words).find(([, length]) => length === span)?.[0]
  if (word === undefined) throw new RangeError(`the contract has no word for an overlap of ${span} seconds`)
  return jsonOfWord(word)
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
