import type { PageRequest } from '../endpoints/endpoint-store'
import { invalidField } from './body/fields'

const defaultLimit = 50
const largestLimit = 100

/** Which list a cursor belongs to: one of another list is refused. */
export type ListName = 'endpoints' | 'rotations'

/**
 * `?limit=` (1…100, 50 if absent) and `?cursor=`, each at most once.
 * @throws {Problem} `invalid-request`
 */
export function readPageRequest(list: ListName, request: Request): PageRequest {
  const query = new URL(request.url).searchParams
  return { limit: readLimit(single(query, 'limit')), after: readCursor(list, single(query, 'cursor')) }
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

function readLimit(text: string | null): number {
  if (text === null) return defaultLimit
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= largestLimit) return Number(text)
  throw invalidField('limit', `must be a whole number from 1 to ${largestLimit}`)
}

function readCursor(list: ListName, cursor: string | null): string | null {
  if (cursor === null) return null
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const next = text.slice(list.length + 1)
  if (/^[\x21-\x7e]{1,512}$/.test(next) && cursorOf(list, next) === cursor) return next
  throw invalidField('cursor', 'must be the nextCursor of this list')
}
