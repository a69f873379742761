import { NOON } from './harness'

/** Queries that every list refuses. */
export const malformedPages = [
  'limit=0',
  'limit=101',
  'limit=1.5',
  'limit=',
  'limit=x',
  'limit=1&limit=2',
  'cursor=',
  'cursor=!!',
  'cursor=YWJj',
]

/** Places that no reply gives, in a list that is ordered by time. The ids of its items begin with `id`. */
export function strangePlaces(id: string): readonly string[] {
  const time = NOON.toISOString()
  return ['zzz', time, `${time}#`, `${time}#a#b`, `2026#${id}1`, '~']
}

/** The cursor of a list at this place, as a reply would have it. */
export function cursorOf(list: string, place: string): string {
  return Buffer.from(`${list}:${place}`).toString('base64url')
}
