import { containedPattern } from '../src/contracts/secret-text'
import { type Mount, routesOf } from '../src/contracts/routes'
import { matchRoute, type MatchRequest } from '../src/http/match-route'

/** A request that the gateway answered. */
export interface AnsweredRequest extends MatchRequest {
  readonly at: Date
  readonly status: number
  readonly milliseconds: number
  /** As reply and logs name it. */
  readonly requestId: string
}

/**
 * Says a request in one line: time, method, path, status, milliseconds, contract and use, request id. The query is left
 * out, and a part of the path that looks like a secret or an API key is not shown.
 */
export function requestLine(mounts: readonly Mount[]): (answered: AnsweredRequest) => string {
  const routes = routesOf(mounts)
  const formats = mounts.flatMap(({ contract: { secret, credentials } }) => [secret, credentials.apiKey ?? []].flat())
  const shown = (segment: string): string => {
    const isSecret = formats.some(format => containedPattern(format).test(segment))
    return isSecret ? '…' : encodeURI(cut(segment.toWellFormed()))
  }
  return answered => {
    const { at, method, path, status, milliseconds, requestId } = answered
    const match = matchRoute(routes, answered)
    const what = match.kind === 'found' ? `${match.route.contract.name}/${match.route.operation.use}` : '-'
    const where = path.split('/').map(shown).join('/')
    return `${at.toISOString()} ${method} ${where} ${status} ${Math.round(milliseconds)} ms ${what} ${requestId}`
  }
}

const longestSegment = 80

function cut(segment: string): string {
  return segment.length > longestSegment ? `${segment.slice(0, longestSegment)}…` : segment
}
