import { type AccessDeps, authenticate, type Principal } from '../access/authenticate'
import { permit } from '../access/permit'
import { hasAllTenants, resolveTenant } from '../access/tenant'
import { isOfPlatform, isOpen } from '../contracts/dimensions'
import { descriptionPlace } from '../contracts/gateway-routes'
import { type Mount, routesOf } from '../contracts/routes'
import { inRequestScope, type Log, nameInLog, scrubbedError } from '../core/log'
import { Problem } from '../core/problem'
import type { Actor } from '../rotation/endpoint'
import { checkHasOperation } from './api-version'
import { matchRoute, type RouteMatch } from './match-route'
import { everyReply, type Outcome, outcomeReply, problemReply } from './reply'
import type { ApiReply, ApiRequest, MatchedRequest, Uses } from './request'

// A request on its way: route → credential → permission → tenant → use → reply or refusal.

export interface ServeDeps {
  /** The contracts of the deployment. They were checked where the function was deployed or started. */
  readonly mounts: readonly Mount[]
  readonly access: AccessDeps
  /** What this function serves. Other functions serve the rest. */
  readonly uses: Uses
  readonly log: Log
  /** Whether the function `portal` serves the API's description, so that any other method there is 405. Default: `off`. */
  readonly description?: 'on' | 'off'
}

/** From request to reply. It never rejects. */
export type Serve = (request: ApiRequest) => Promise<ApiReply>

/** The HTTP API of the mounted contracts. */
export function serve(deps: ServeDeps): Serve {
  const routes = routesOf(deps.mounts)
  const file = deps.description === 'on' ? descriptionPlace(deps.mounts) : null
  return async request => {
    const match = matchRoute(routes, request, file)
    const reply = await inRequestScope(request.id, () => replyOrRefusal(deps, match, request))
    return { ...reply, headers: { ...reply.headers, ...everyReply, 'x-request-id': request.id } }
  }
}

async function replyOrRefusal(deps: ServeDeps, match: RouteMatch, request: ApiRequest): Promise<ApiReply> {
  try {
    const matched = { ...request, ...requireRoute(deps.mounts, match) }
    const outcome = await perform(deps, matched)
    const now = deps.access.now()
    const reply = outcomeReply(matched.contract, matched.operation, outcome, { request: matched, now })
    deps.log.info('answered', { contract: matched.contract.name, use: matched.operation.use, status: reply.status })
    return reply
  } catch (error) {
    return refuse(deps, error, match, request)
  }
}

/** @throws {Problem} `route-not-found`, `method-not-allowed` */
function requireRoute(mounts: readonly Mount[], match: RouteMatch): Omit<MatchedRequest, keyof ApiRequest> {
  if (match.kind === 'none') throw routeNotFound(mounts.find(({ contract }) => contract === match.nearest))
  if (match.kind === 'found') return { ...match.route, parameters: match.parameters }
  const { allow } = match
  throw new Problem('method-not-allowed', `This route has the methods ${allow}.`, { allow })
}

/**
 * Refuses what comes first: an operation that the API version lacks, credential, permission, plan, tenant. Whatever the
 * use itself refuses comes after: id, unknown API version, body, rule.
 * @throws {Problem} for every refusal
 */
async function perform({ access, uses }: ServeDeps, request: MatchedRequest): Promise<Outcome> {
  const { contract, operation } = request
  checkHasOperation(request)
  if (isOpen(operation.use)) return requireServed(uses[operation.use])(request)
  const { credential: freshness } = requireServed(uses[operation.use])
  const { headers, cookies, query } = request
  const { principal, noted } = await authenticate(access, contract, { headers, cookies, query, freshness })
  nameInLog({ actorKind: principal.kind, actorId: principal.id })
  try {
    if (operation.access !== 'anyone') permit(contract, operation.access ?? {}, principal, access.now())
    return await performAs(principal, uses, request)
  } finally {
    await noted
  }
}

/** @throws {Problem} for every refusal that comes after the permission's */
function performAs(principal: Principal, uses: Uses, request: MatchedRequest): Promise<Outcome> {
  const { use } = request.operation
  if (isOpen(use)) throw routeNotFound()
  if (isOfPlatform(use)) {
    if (!hasAllTenants(principal)) throw new Problem('permission-denied', 'An API key for all tenants is required.')
    return requireServed(uses[use]).perform({ ...request, principal })
  }
  const tenantId = resolveTenant(request.contract.tenant, principal, request)
  nameInLog({ tenantId })
  return requireServed(uses[use]).perform({ ...request, tenantId, principal, actor: actorOf(principal) })
}

/** Who is written down for a change. A portal session's person is told with the API key that let them in. */
function actorOf(principal: Principal): Actor {
  const { kind, id } = principal
  if (principal.kind !== 'portal') return { kind, id }
  const { session } = principal
  return { kind, id, via: session.via.id, sessionId: session.id }
}

/** @throws {Problem} `route-not-found` for a use that another function serves */
function requireServed<AnyUse>(use: AnyUse | undefined): AnyUse {
  if (use === undefined) throw routeNotFound()
  return use
}

/** `nearest`: where the path would belong. Our own API says where its routes are listed; a vendor's says what the vendor's does. */
function routeNotFound(nearest?: Mount): Problem {
  const lists =
    nearest?.contract.reach === 'every'
      ? ` docs/api.md lists all routes, and so does ${nearest.basePath}/openapi.json where the deployment serves it.`
      : ''
  return new Problem('route-not-found', `There is no such route.${lists}`)
}

/** The refusal in the contract's shape. What is no `Problem` is a fault of ours and tells the caller nothing. */
function refuse({ log, access }: ServeDeps, error: unknown, match: RouteMatch, request: ApiRequest): ApiReply {
  const [contract, use] =
    match.kind === 'found' ? [match.route.contract, match.route.operation.use] : [match.nearest, '']
  const problem = error instanceof Problem ? error : new Problem('internal', 'Something went wrong.', { cause: error })
  const parameters = match.kind === 'found' ? match.parameters : {}
  const reply = problemReply(problem, contract, { request: { ...request, parameters }, now: access.now() })
  const fields = { contract: contract?.name ?? '', use, status: reply.status, code: problem.code }
  if (problem.status < 500) log.info('refused', fields)
  else log.error('failed', { ...fields, ...scrubbedError(problem.cause ?? problem) })
  return reply
}
