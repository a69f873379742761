import { createHash } from 'node:crypto'
import { apiKeyIdPattern, type ApiKeyRange } from '../access/api-key'
import type { Contract, Operation } from '../contracts/contract'
import { placesOf as credentialPlaces } from '../contracts/credential-places'
import type { Use } from '../contracts/dimensions'
import { parsePlace, placesOf } from '../contracts/place'
import { storedIdPattern } from '../core/id'
import type { FieldError, Problem } from '../core/problem'
import type { AuditRange, PageRequest } from '../rotation/ports'
import {
  described,
  type Field,
  type FieldTable,
  gather,
  instant,
  invalidField,
  invalidFields,
  isNotKnown,
  type ReadTable,
  required,
  textLike,
} from './body/fields'
import { subjectField } from './body/portal-session'
import { type EndpointFilter, filterFields } from './endpoint-filter'
import type { ApiRequest, MatchedRequest, PermittedRequest, PlatformRequest } from './request'

// What a request says in its query: the parameters of each use, as tables that also describe them.

const pageSizes = { usual: 50, largest: 100 }

export interface PageSizes {
  readonly usual: number
  readonly largest: number
}

/** A time and the id of what happened then. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{1,64}$/

/** What a cursor of each list stands for: the last entry of the page before. */
const places = {
  endpoints: storedIdPattern,
  rotations: moment,
  audit: moment,
  'tenant-audit': moment,
  attempts: moment,
  'api-keys': apiKeyIdPattern,
}

type ListName = keyof typeof places

/** Where a page begins, and what was asked for when the cursor was given. */
interface Cursor {
  readonly after: string
  readonly question: string
}

function limitField({ usual, largest }: PageSizes): Field<number> {
  return {
    schema: { type: 'integer', minimum: 1, maximum: largest, default: usual },
    read: (path, text) => {
      if (typeof text === 'string' && /^[1-9]\d{0,2}$/.test(text) && Number(text) <= largest) return Number(text)
      throw invalidField(path, `must be a whole number from 1 to ${largest}`)
    },
  }
}

function cursorField(list: ListName): Field<Cursor> {
  return {
    schema: { type: 'string', description: 'The nextCursor of the page before, with all but limit as it was there' },
    read: (path, given) => {
      const text = Buffer.from(typeof given === 'string' ? given : '', 'base64url').toString('utf8')
      const [, question = '', after = ''] = /^([0-9a-f]{16}):(.*)$/s.exec(text) ?? []
      if (places[list].test(after) && cursorText({ after, question }) === given) return { after, question }
      throw strangeCursor(path)
    },
  }
}

function strangeCursor(path: string): Problem {
  return invalidField(path, 'must be the nextCursor of this list, asked the same')
}

function cursorText({ after, question }: Cursor): string {
  return Buffer.from(`${question}:${after}`, 'utf8').toString('base64url')
}

function sizeTable({ pageSizes: sizes = pageSizes }: Operation) {
  return { limit: limitField(sizes) }
}

function pageTable(list: ListName, operation: Operation) {
  return { ...sizeTable(operation), cursor: cursorField(list) }
}

function apiKeysTable(operation: Operation) {
  const tenant = textLike(storedIdPattern, '1 to 128 characters of A-Z, a-z, 0-9, _ . : -')
  return { ...pageTable('api-keys', operation), tenant: described('Those that name this tenant', tenant) }
}

function endpointsTable(operation: Operation, mounted: readonly Contract[]) {
  const { filters = [] } = operation
  const all = filterFields(mounted)
  const fields = Object.entries(all).filter(([name]) => filters.some(filter => filter === name))
  // One that the operation does not have is not read, and so undefined like one that is not given.
  return { ...pageTable('endpoints', operation), ...(Object.fromEntries(fields) as typeof all) }
}

function tenantAuditTable(operation: Operation) {
  const since = described('The earliest time, which is among them', instant)
  return { ...pageTable('tenant-audit', operation), since }
}

const endingTable = { subject: required(described('Whose sessions end', subjectField)) }

/** The parameters that each use reads. A use that is not here reads none. */
const queryTables: { readonly [U in Use]?: (operation: Operation, mounted: readonly Contract[]) => FieldTable } = {
  list: endpointsTable,
  rotations: operation => pageTable('rotations', operation),
  audit: operation => pageTable('audit', operation),
  'tenant-audit': tenantAuditTable,
  attempts: operation => pageTable('attempts', operation),
  deliveries: sizeTable,
  'list-api-keys': apiKeysTable,
  'end-portal-sessions': () => endingTable,
}

/** The parameters that an operation reads for its use. `mounted`: the contracts that one of them may name. */
export function queryTable(operation: Operation, mounted: readonly Contract[]): FieldTable {
  return queryTables[operation.use]?.(operation, mounted) ?? {}
}

/** A page that is asked for, and the cursor for the one after it. */
interface AskedPage<Range extends PageRequest = PageRequest> {
  readonly page: Range
  /** @param next the last entry of the page; null: nothing follows */
  readonly nextCursor: (next: string | null) => string | null
}

/** What the query of a list gives, with whatever else it asks. */
interface ReadPage {
  readonly limit: number | undefined
  readonly cursor: Cursor | undefined
}

/**
 * A list goes on where it was asked the same: the same list of the same API, tenant and path, with the same parameters
 * but `limit`. Another question would leave out whatever of its answer comes before the cursor.
 * @throws {Problem} `invalid-request` for a cursor of another question
 */
function askedPage(
  list: ListName,
  request: PermittedRequest | PlatformRequest,
  { limit, cursor, ...asked }: ReadPage,
): AskedPage {
  const { contract, parameters } = request
  const tenantId = 'tenantId' in request ? request.tenantId : null
  const whole = JSON.stringify([list, contract.name, tenantId, parameters, asked])
  const question = createHash('sha256').update(whole).digest('hex').slice(0, 16)
  if (cursor !== undefined && cursor.question !== question) throw strangeCursor('cursor')
  return {
    page: { limit: limit ?? usualSize(request), after: cursor?.after ?? null },
    nextCursor: next => (next === null ? null : cursorText({ after: next, question })),
  }
}

/**
 * `?limit=` (1…100, 50 if absent, unless the operation says otherwise) and `?cursor=`.
 * @throws {Problem} `invalid-request`
 */
export function readPageRequest(list: ListName, request: PermittedRequest): AskedPage {
  return askedPage(list, request, readQuery(request, pageTable(list, request.operation)))
}

/**
 * A page of endpoints, and what the query asks of them.
 * @throws {Problem} `invalid-request`
 */
export function readEndpointList(
  request: PermittedRequest,
  mounted: readonly Contract[],
): AskedPage & { readonly filter: EndpointFilter } {
  const read = readQuery(request, endpointsTable(request.operation, mounted))
  const { status, contract, url } = read
  return { ...askedPage('endpoints', request, read), filter: { status, contract, url } }
}

/**
 * A page of API keys, of one tenant with `?tenant=`.
 * @throws {Problem} `invalid-request`
 */
export function readApiKeyRange(request: PlatformRequest): AskedPage<ApiKeyRange> {
  const read = readQuery(request, apiKeysTable(request.operation))
  const { page, nextCursor } = askedPage('api-keys', request, read)
  return { page: { ...page, tenantId: read.tenant ?? null }, nextCursor }
}

/**
 * A page of a tenant's audit, since a time.
 * @throws {Problem} `invalid-request`
 */
export function readAuditRange(request: PermittedRequest): AskedPage<AuditRange> {
  const read = readQuery(request, tenantAuditTable(request.operation))
  const { page, nextCursor } = askedPage('tenant-audit', request, read)
  return { page: { ...page, since: read.since ?? null }, nextCursor }
}

/** @throws {Problem} `invalid-request` */
export function readSubject(request: MatchedRequest): string {
  return readQuery(request, endingTable).subject
}

/**
 * `?limit=` alone, for a list without further pages.
 * @throws {Problem} `invalid-request`
 */
export function readPageSize(request: MatchedRequest): number {
  return readQuery(request, sizeTable(request.operation)).limit ?? usualSize(request)
}

function usualSize({ operation }: MatchedRequest): number {
  return (operation.pageSizes ?? pageSizes).usual
}

/**
 * Reads parameters, each of which may be given once.
 * @throws {Problem} `invalid-request` with all that was wrong
 */
function readQuery<Table extends FieldTable>(request: ApiRequest, table: Table): ReadTable<Table> {
  const query = queryOf(request)
  const errors: FieldError[] = []
  const read = Object.entries(table).map(([name, field]) => {
    const [value, ...others] = query.getAll(name)
    if (others.length > 0) errors.push({ path: name, message: 'must not be given twice' })
    if (value === undefined && field.required === true) errors.push({ path: name, message: 'must be given' })
    return [name, value === undefined ? undefined : gather(errors, () => field.read(name, value))] as const
  })
  if (errors.length > 0) throw invalidFields(errors)
  // Each name has what its own field made, which is what the type says.
  return Object.fromEntries(read) as ReadTable<Table>
}

/**
 * Refuses a parameter that nothing reads, where the contract refuses unknown members of bodies.
 * @throws {Problem} `invalid-request`
 */
export function checkKnownQuery(request: MatchedRequest): void {
  if (request.contract.rotateBody?.unknownFields !== 'refuse') return
  const known = [...Object.keys(queryTable(request.operation, [])), ...contractParameters(request.contract)]
  const unknown = [...new Set(queryOf(request).keys())].filter(name => !known.includes(name))
  if (unknown.length === 0) return
  throw invalidFields(unknown.map(path => ({ path, message: isNotKnown(known) })))
}

/** The parameters that a contract's own data name: a credential, a choice of a rotation, what tells an operation. */
function contractParameters(contract: Contract): readonly string[] {
  const credentials = credentialPlaces(contract.credentials).flatMap(place =>
    place.kind === 'query' ? place.name : [],
  )
  const texts = [
    ...placesOf(contract).map(([, place]) => place),
    ...Object.keys(contract.client?.sentBack ?? {}),
    ...contract.operations.flatMap(({ when = {} }: Pick<Operation, 'when'>) => Object.keys(when)),
  ]
  const said = texts.map(parsePlace).flatMap(place => (place.in === 'query' ? place.name : []))
  return [...new Set([...credentials, ...said])]
}

/** A second `?` belongs to the first name, as in a URL; without the first one it would be taken for it. */
function queryOf({ query }: ApiRequest): URLSearchParams {
  return new URLSearchParams(`?${query}`)
}
