import { Problem } from './problem'

/** The one answer for an endpoint that is malformed, unknown, another's, or deleted, be it while the request runs. */
export function noSuchEndpoint(): Problem {
  return new Problem('not-found', 'There is no such endpoint.')
}
