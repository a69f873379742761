import type { Principal } from '../../access/authenticate'
import type { Contract } from '../../contracts/contract'
import { scopes, type Scope } from '../../contracts/dimensions'
import type { SessionField } from '../../contracts/reply-fields'
import { readBody } from '../body/json'
import { type Outcome, outcome, type Value } from '../reply'
import type { PermittedRequest, Uses } from '../request'

/** Who calls, and what that caller may do now. */
export function sessionUses(): Uses {
  return { session: { credential: 'cached', perform: showSession } }
}

async function showSession(request: PermittedRequest): Promise<Outcome> {
  readBody(request)
  return outcome(sessionValues(request))
}

function sessionValues({ contract, principal, tenantId }: PermittedRequest): Record<SessionField, Value> {
  const session = principal.kind === 'portal' ? principal.session : null
  return {
    principalKind: principal.kind,
    sessionId: session?.id ?? null,
    subject: principal.id,
    tenantId,
    displayName: session?.displayName ?? null,
    scopes: scopesOf(contract, principal),
    endpointIds: session?.endpointIds ?? null,
    createdAt: session?.createdAt ?? null,
    expiresAt: session?.expiresAt ?? null,
    authenticatedAt: authenticatedAtOf(principal),
    returnUrl: session?.returnUrl ?? null,
    locale: session?.locale ?? null,
    theme: session?.theme ?? null,
    deliveryBodies: principal.kind === 'portal' ? principal.deliveryBodies : true,
  }
}

function authenticatedAtOf(principal: Principal): Date | null {
  switch (principal.kind) {
    case 'portal':
      return principal.session.authenticatedAt
    case 'session':
      return principal.authenticatedAt ?? null
    case 'api-key':
      return null
  }
}

function scopesOf({ credentials }: Contract, principal: Principal): readonly Scope[] {
  switch (principal.kind) {
    case 'portal':
      return principal.scopes
    case 'session':
      return principal.role === 'admin' ? scopes : ['read']
    case 'api-key':
      return scopes.filter(scope => principal.permissions.includes(credentials.portalScopes?.[scope] ?? ''))
  }
}
