import { KeyturnError } from '../client'

/**
 * Whether it is not known if the request did anything, or its answer was lost: then the same request is repeated, and
 * another one could do it twice. `isRepeat`: it was so before, so what is refused as too soon says nothing of the first.
 */
export function isOpenEnded(error: unknown, isRepeat: boolean): boolean {
  if (!(error instanceof KeyturnError)) return false
  const { status, code } = error
  // A session can end between a request whose reply was lost and its repeat.
  return (
    status === null || status >= 500 || status === 401 || (status === 429 && isRepeat) || code === 'unexpected-reply'
  )
}
