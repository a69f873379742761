import { Problem } from '../core/problem'

// Where a credential stands, and the one refusal of a token.

/** A request's headers by their lower-case names, as API Gateway writes them; several of a name are joined by commas. */
export type RequestHeaders = ReadonlyMap<string, string>

/** The header's value, whatever the case of `name`; null where the request has none. */
export function headerOf(headers: RequestHeaders, name: string): string | null {
  return headers.get(name.toLowerCase()) ?? null
}

/** The one refusal of a session's token that is neither valid nor expired. */
export function invalidToken(cause?: unknown): Problem {
  return new Problem('invalid-token', 'The token is not valid.', { cause })
}
