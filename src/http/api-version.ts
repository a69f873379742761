import { Problem } from '../rotation/problem'
import type { Call } from './call'
import { invalidField } from './body/invalid-field'

/**
 * Refuses a request in an API version that the contract or the operation does not have.
 * @throws {Problem} `invalid-request` for an unknown version, `not-in-this-version` for one that is too old
 */
export function checkApiVersion({ contract, operation, request }: Call): void {
  const { apiVersions } = contract
  if (apiVersions === undefined) return
  const { header, known } = apiVersions
  const version = request.headers.get(header) ?? known[0] ?? ''
  if (!known.includes(version)) throw invalidField(header, `must be one of: ${known.join(', ')}`)
  if (operation.since === undefined || known.indexOf(version) <= known.indexOf(operation.since)) return
  throw new Problem('not-in-this-version', `This is available from version ${operation.since} on.`)
}
