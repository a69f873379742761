import type { PageRequest } from '../rotation/ports'
import { invalidField } from './body/fields'
import type { ApiRequest, MatchedRequest } from './request'

const pageSizes = { usual: 50, largest: 100 }

/** A time and the id of what happened then. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{1,64}$/

/** What a cursor of each list stands for: the last entry of the page before. */
const places = { endpoints: /^[\w.:-]{1,128}$/, rotations: moment, audit: moment, attempts: moment }

/** Which list a cursor belongs to: one of another list is refused. */
export type ListName = keyof typeof places

export interface PageSizes {
  readonly usual: number
  readonly largest: number
}

/**
 * `?limit=` (1…100, 50 if absent, unless the operation says otherwise) and `?cursor=`, each at most once.
 * @throws {Problem} `invalid-request`
 */
export function readPageRequest(list: ListName, request: MatchedRequest): PageRequest {
  return { limit: readPageSize(request), after: readCursor(list, single(queryOf(request), 'cursor')) }
}

/**
 * `?limit=` alone, for a list without further pages.
 * @throws {Problem} `invalid-request`
 */
export function readPageSize(request: MatchedRequest): number {
  return readLimit(single(queryOf(request), 'limit'), request.operation.pageSizes ?? pageSizes)
}

/** A second `?` belongs to the first name, as in a URL; without the first one it would be taken for it. */
function queryOf({ query }: ApiRequest): URLSearchParams {
  return new URLSearchParams(`?${query}`)
}

/** The cursor for the page after one that ends at `next`. */
export function cursorOf(list: ListName, next: string | null): string | null {
  return next === null ? null : Buffer.from(`${list}:${next}`, 'utf8').toString('base64url')
}

function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name)
  if (values.length > 1) throw invalidField(name, 'must not be given twice')
  return values[0] ?? null
}

function readLimit(text: string | null, { usual, largest }: PageSizes): number {
  if (text === null) return usual
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= largest) return Number(text)
  throw invalidField('limit', `must be a whole number from 1 to ${largest}`)
}

function readCursor(list: ListName, cursor: string | null): string | null {
  if (cursor === null) return null
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const next = text.slice(list.length + 1)
  if (places[list].test(next) && cursorOf(list, next) === cursor) return next
  throw invalidField('cursor', 'must be the nextCursor of this list')
}
