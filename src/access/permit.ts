import { type Access, type Contract, neededPermissions } from '../contracts/contract'
import { Problem, signInAgain } from '../core/problem'
import type { ApiKeyPrincipal, Principal, SessionPrincipal } from './authenticate'
import type { PortalPrincipal } from './portal-principal'
import { isSignedInRecently } from './recent-sign-in'

/** Who may call an operation that is not open to anyone. */
export type Allowed = Exclude<Access, 'anyone'>

/**
 * Refuses a principal that an operation of `contract` does not allow.
 * @throws {Problem} `session-required`, `role-required`, `permission-denied`, `plan-required`, `recent-sign-in-required`
 */
export function permit(contract: Contract, allowed: Allowed, principal: Principal, now: Date): void {
  if (principal.kind === 'session') permitSession(allowed, principal)
  else if (principal.kind === 'portal') permitPortal(contract, allowed, principal)
  else permitApiKey(contract, allowed, principal)
  if (allowed.recentSignIn === true && !isSignedInRecently(principal, now)) throw signInAgain()
}

/** Scopes make a portal session no more than its API key, which must be allowed the same. */
function permitPortal(contract: Contract, allowed: Allowed, principal: PortalPrincipal): void {
  const { portal } = allowed
  if (portal === undefined) throw new Problem('permission-denied', 'An API key is required.')
  const lacking = portal.scopes.find(needed => !principal.scopes.includes(needed))
  if (lacking !== undefined) throw new Problem('permission-denied', `The portal session lacks the scope ${lacking}.`)
  permitApiKey(contract, allowed, principal)
}

function permitSession({ session }: Allowed, { role }: SessionPrincipal): void {
  if (session === undefined) throw new Problem('permission-denied', 'An API key is required.')
  if (!session.roles.includes(role)) {
    throw new Problem('role-required', `The role must be ${session.roles.join(' or ')}.`)
  }
}

function permitApiKey(contract: Contract, { apiKey }: Allowed, principal: ApiKeyPrincipal | PortalPrincipal): void {
  if (apiKey === undefined) throw new Problem('session-required', 'A dashboard session is required.')
  const { name, permissions, plan } = apiKeyOf(principal)
  const lacking = neededPermissions(apiKey).find(needed => !permissions.includes(needed))
  if (lacking !== undefined) throw new Problem('permission-denied', `${name} lacks the permission ${lacking}.`)
  const { plans = [] } = contract.credentials
  if (apiKey.minimumPlan !== undefined && !reaches(plans, plan, apiKey.minimumPlan)) {
    throw new Problem('plan-required', `The plan must be ${apiKey.minimumPlan} or higher.`)
  }
}

/** What counts of the API key that calls, or that made the portal session, and what a refusal calls it. */
function apiKeyOf(principal: ApiKeyPrincipal | PortalPrincipal) {
  const { permissions, plan } = principal.kind === 'portal' ? principal.apiKey : principal
  const name = principal.kind === 'portal' ? 'The API key of the portal session' : 'The API key'
  return { name, permissions, plan }
}

/**
 * Refuses an API key that gives a member of the body for which it lacks the permission, and a portal session that gives one
 * which is for platforms, or for which its API key lacks the permission. A session's role allows all members of the
 * operations that it allows.
 * @throws {Problem} `permission-denied`, naming the member and the permission
 */
export function permitMembers({ apiKey, portal }: Allowed, principal: Principal, body: object): void {
  if (principal.kind === 'session') return
  if (principal.kind === 'portal') permitPortalMembers(portal?.members, body)
  const { name, permissions } = apiKeyOf(principal)
  const needed = Object.entries(apiKey?.memberPermissions ?? {})
  const denied = needed.find(([member, permission]) => Object.hasOwn(body, member) && !permissions.includes(permission))
  if (denied === undefined) return
  const [member, permission] = denied
  throw new Problem('permission-denied', `${name} lacks the permission ${permission}, which ${member} needs.`)
}

function permitPortalMembers(members: readonly string[] | undefined, body: object): void {
  const denied = Object.keys(body).find(member => members?.includes(member) === false)
  if (denied === undefined) return
  throw new Problem('permission-denied', `A portal session cannot give ${denied}; it gives ${members?.join(', ')}.`)
}

/** Plans stand lowest first. No plan, and a plan that the contract does not have, reach nothing. */
function reaches(plans: readonly string[], plan: string | null, minimum: string): boolean {
  return plan !== null && plans.includes(minimum) && plans.indexOf(plan) >= plans.indexOf(minimum)
}
