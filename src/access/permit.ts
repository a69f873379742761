import { type Access, type Contract, neededPermissions } from '../contracts/contract'
import { Problem } from '../core/problem'
import type { ApiKeyPrincipal, Principal, SessionPrincipal } from './authenticate'

/** Who may call an operation that is not open to anyone. */
export type Allowed = Exclude<Access, 'anyone'>

/**
 * Refuses a principal that an operation of `contract` does not allow.
 * @throws {Problem} `session-required`, `role-required`, `permission-denied`, `plan-required`
 */
export function permit(contract: Contract, allowed: Allowed, principal: Principal): void {
  if (principal.kind === 'session') permitSession(allowed, principal)
  else permitApiKey(contract, allowed, principal)
}

function permitSession({ session }: Allowed, { role }: SessionPrincipal): void {
  if (session === undefined) throw new Problem('permission-denied', 'An API key is required.')
  if (!session.roles.includes(role)) {
    throw new Problem('role-required', `The role must be ${session.roles.join(' or ')}.`)
  }
}

function permitApiKey(contract: Contract, { apiKey }: Allowed, principal: ApiKeyPrincipal): void {
  if (apiKey === undefined) throw new Problem('session-required', 'A dashboard session is required.')
  const lacking = neededPermissions(apiKey).find(needed => !principal.permissions.includes(needed))
  if (lacking !== undefined) throw new Problem('permission-denied', `The API key lacks the permission ${lacking}.`)
  const { plans = [] } = contract.credentials
  if (apiKey.minimumPlan !== undefined && !reaches(plans, principal.plan, apiKey.minimumPlan)) {
    throw new Problem('plan-required', `The plan must be ${apiKey.minimumPlan} or higher.`)
  }
}

/**
 * Refuses an API key that gives a member of the body for which it lacks the permission. A session's role allows all
 * members of the operations that it allows.
 * @throws {Problem} `permission-denied`, naming the member and the permission
 */
export function permitMembers({ apiKey }: Allowed, principal: Principal, body: object): void {
  if (principal.kind === 'session') return
  const needed = Object.entries(apiKey?.memberPermissions ?? {})
  const denied = needed.find(
    ([member, permission]) => Object.hasOwn(body, member) && !principal.permissions.includes(permission),
  )
  if (denied === undefined) return
  const [member, permission] = denied
  throw new Problem('permission-denied', `The API key lacks the permission ${permission}, which ${member} needs.`)
}

/** Plans stand lowest first. No plan, and a plan that the contract does not have, reach nothing. */
function reaches(plans: readonly string[], plan: string | null, minimum: string): boolean {
  return plan !== null && plans.includes(minimum) && plans.indexOf(plan) >= plans.indexOf(minimum)
}
