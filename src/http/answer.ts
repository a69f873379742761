import { authenticate, type AccessDeps } from '../access/authenticate'
import { permit } from '../access/permit'
import { resolveTenant } from '../access/resolve-tenant'
import { Problem } from '../rotation/problem'
import type { ApiReply } from './api-request'
import { checkHasOperation } from './api-version'
import type { Call, Uses } from './call'
import { useReply, type Outcome } from './use-reply'

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
