import { headerOf, type RequestHeaders } from '../access/credential'
import type { ApiVersions } from '../contracts/contract'
import { Problem } from '../core/problem'
import { invalidField } from './body/fields'
import type { MatchedRequest } from './request'

/**
 * Refuses an operation that the request's API version does not have yet, like a route that does not exist.
 * @throws {Problem} `not-in-this-version`
 */
export function checkHasOperation({ contract: { apiVersions }, operation: { since }, headers }: MatchedRequest): void {
  if (apiVersions === undefined || since === undefined) return
  const { known } = apiVersions
  if (known.indexOf(versionOf(apiVersions, headers)) > known.indexOf(since))
    throw new Problem('not-in-this-version', `This is available from version ${since} on.`)
}

/**
 * Refuses an API version that the contract does not have.
 * @throws {Problem} `invalid-request`
 */
export function checkKnownVersion({ contract: { apiVersions }, headers }: MatchedRequest): void {
  if (apiVersions === undefined) return
  const { header, known } = apiVersions
  if (!known.includes(versionOf(apiVersions, headers)))
    throw invalidField(header, `must be one of: ${known.join(', ')}`)
}

function versionOf({ header, known }: ApiVersions, headers: RequestHeaders): string {
  return headerOf(headers, header) ?? known[0] ?? ''
}
