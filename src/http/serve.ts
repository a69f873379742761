import { type AccessDeps, authenticate } from '../access/authenticate'
import { permit } from '../access/permit'
import { resolveTenant } from '../access/tenant'
import type { Contract } from '../contracts/contract'
import { type Mount, routesOf } from '../contracts/routes'
import { inRequestScope, type Log, scrubbedError } from '../core/log'
import { Problem } from '../core/problem'
import { checkHasOperation } from './api-version'
import { matchRoute, type RouteMatch } from './match-route'
import { errorReply, type Outcome, useReply } from './reply'
import type { ApiReply, ApiRequest, Call, Uses } from './request'

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

export interface AnswerDeps {
  readonly access: AccessDeps
  readonly uses: Uses
}

/**
 * The reply to a request whose route is known. What comes first is refused first: an operation that the API
 * version lacks, credential, permission, plan, tenant; then the use itself: id, unknown API version, body, rule.
 * @throws {Problem} for every refusal
 */
export async function answer(deps: AnswerDeps, call: Call): Promise<ApiReply> {
  checkHasOperation(call)
  return useReply(call.contract, call.operation, await performed(deps, call))
}

async function performed({ access, uses }: AnswerDeps, call: Call): Promise<Outcome> {
  const { contract, operation, parameters, request } = call
  if (operation.use === 'health') return served(uses.health)(call)
  const { credential, perform } = served(uses[operation.use])
  const principal = await authenticate(access, contract, { headers: request.headers, freshness: credential })
  if (operation.access !== 'anyone') permit(contract, operation.access, principal)
  const tenantId = resolveTenant(contract.tenant, principal, { headers: request.headers, parameters })
  return perform({ ...call, tenantId, actor: { kind: principal.kind, id: principal.id } })
}

/** @throws {Problem} `route-not-found` for a use that another function serves */
function served<AnyUse>(use: AnyUse | undefined): AnyUse {
  if (use === undefined) throw new Problem('route-not-found', 'There is no such route.')
  return use
}
