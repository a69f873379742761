import { KeyturnError } from '../client'

/**
 * Whether it is not known if the request did anything, or its answer was lost: then the same request is repeated, and
 * another one could do it twice.
 */
export function isOpenEnded(error: unknown): boolean {
  if (!(error instanceof KeyturnError)) return false
  const { status, code } = error
  // A session can end between a request whose reply was lost and its repeat.
  return status === null || status >= 500 || status === 429 || status === 401 || code === 'unexpected-reply'
}
