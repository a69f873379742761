import { Problem } from '../rotation/problem'

/** The one refusal of a session's token that is neither valid nor expired. */
export function invalidToken(cause?: unknown): Problem {
  return new Problem('invalid-token', 'The token is not valid.', { cause })
}
