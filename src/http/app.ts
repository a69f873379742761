import type { Contract } from '../contracts/contract'
import type { Log } from '../rotation/log'
import { Problem } from '../rotation/problem'
import { scrubbedError } from '../rotation/scrubbed-error'
import { answer, type AnswerDeps } from './answer'
import type { ApiReply, ApiRequest } from './api-request'
import { errorReply } from './error-reply'
import { matchRoute, type RouteMatch } from './match-route'
import type { Mount } from './mount'
import { inRequestScope } from './request-scope'
import { routesOf } from './route'

export interface AppDeps extends AnswerDeps {
  readonly mounts: readonly Mount[]
  readonly log: Log
}

/** The HTTP API: one function from request to reply. It never rejects. */
export type App = (request: ApiRequest) => Promise<ApiReply>

/**
 * The HTTP API of the mounted contracts. It knows all their routes, and serves the uses that it is given. The mounts
 * have been checked where the function was deployed or started.
 */
export function createApp(deps: AppDeps): App {
  const routes = routesOf(deps.mounts)
  return async request => {
    const match = matchRoute(routes, request.method, request.path)
    const { status, headers, body } = await inRequestScope(request.id, () => replyTo(deps, match, request))
    return { status, headers: { ...headers, 'x-request-id': request.id, 'cache-control': 'no-store' }, body }
  }
}

async function replyTo(deps: AppDeps, match: RouteMatch, request: ApiRequest): Promise<ApiReply> {
  if (match.kind !== 'found') return refuse(deps.log, noRoute(match), match.nearest)
  const { contract, operation } = match.route
  try {
    const reply = await answer(deps, { contract, operation, parameters: match.parameters, request })
    deps.log.info('answered', { contract: contract.name, use: operation.use, status: reply.status })
    return reply
  } catch (error) {
    return refuse(deps.log, error, contract)
  }
}

function noRoute(match: Exclude<RouteMatch, { kind: 'found' }>): Problem {
  if (match.kind === 'none') return new Problem('route-not-found', 'There is no such route.')
  const { allow } = match
  return new Problem('method-not-allowed', `This route has the methods ${allow}.`, { allow })
}

/** The refusal in the contract's shape. What is no `Problem` is a fault of ours and says nothing to the caller. */
function refuse(log: Log, error: unknown, contract: Contract | null): ApiReply {
  const problem = error instanceof Problem ? error : new Problem('internal', 'Something went wrong.', { cause: error })
  const reply = errorReply(problem, contract)
  const fields = { contract: contract?.name ?? '', status: reply.status, code: problem.code }
  if (problem.status < 500) log.info('refused', fields)
  else log.error('failed', { ...fields, ...scrubbedError(problem.cause ?? problem) })
  return reply
}
