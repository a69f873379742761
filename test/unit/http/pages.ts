import { NOON, type Reply, textAt } from './harness'

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

/** The cursor of this page, asked the same, but at another place. */
export function cursorAt(place: string, page: Reply): string {
  const [, question, own] =
    /^(\w{16}:)(.+)$/s.exec(Buffer.from(textAt(page, 'nextCursor'), 'base64url').toString()) ?? []
  if (question === undefined || own === undefined) throw new TypeError('the page has no such cursor')
  return Buffer.from(`${question}${place}`).toString('base64url')
}
