import type { Contract } from '../contracts/contract'
import { matchesText } from '../contracts/secret-text'
import { Problem } from '../rotation/problem'
import type { ApiKey, ApiKeyStore } from './api-key'
import { apiKeyHash } from './api-key-hash'
import type { ApiKeyPrincipal, Principal, SessionPrincipal } from './principal'
import { readToken } from './read-token'
import type { RequestHeaders } from './request-headers'

export interface AccessDeps {
  readonly apiKeys: Pick<ApiKeyStore, 'find'>
  /** @throws {Problem} `invalid-token`, `expired-token`, `unavailable` */
  readonly verifySession: (token: string) => Promise<SessionPrincipal>
  readonly now: () => Date
}

export interface CredentialRequest {
  readonly headers: RequestHeaders
  /** `fresh` wherever a secret is revealed or a ring changes. */
  readonly freshness: 'fresh' | 'cached'
}

/**
 * Who calls `contract`. A token with the prefix of the contract's API keys is one; any other is a session.
 * @throws {Problem} `missing-credentials`, `invalid-api-key`, `invalid-token`, `expired-token`, `unavailable`
 */
export async function authenticate(
  deps: AccessDeps,
  contract: Contract,
  request: CredentialRequest,
): Promise<Principal> {
  const { in: place, apiKey, sessions } = contract.credentials
  const token = readToken(place, request.headers)
  if (token === null) throw new Problem('missing-credentials', 'Credentials are missing or malformed.')
  if (apiKey !== undefined && token.startsWith(apiKey.prefix)) {
    if (!matchesText(apiKey, token)) throw invalidApiKey()
    const stored = await deps.apiKeys.find(apiKeyHash(token), request.freshness)
    return usable(stored, contract, deps.now())
  }
  if (!sessions) throw invalidApiKey()
  return deps.verifySession(token)
}

function usable(key: ApiKey | null, contract: Contract, now: Date): ApiKeyPrincipal {
  if (key === null || key.contract !== contract.name || key.revokedAt !== null) throw invalidApiKey()
  if (key.expiresAt !== null && !(now.getTime() < key.expiresAt.getTime())) throw invalidApiKey()
  return principalOf(key)
}

function principalOf({ id, contract, tenantIds, permissions, plan }: ApiKey): ApiKeyPrincipal {
  return { kind: 'api-key', id, contract, tenantIds, permissions, plan }
}

/** The same whether the key is unknown, malformed, expired, revoked or another contract's. */
function invalidApiKey(): Problem {
  return new Problem('invalid-api-key', 'The API key is not valid.')
}
