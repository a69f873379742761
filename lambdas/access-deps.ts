import type { AccessDeps } from '../src/access/authenticate'
import { refuseSessions, sessionVerifier } from '../src/access/sessions'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import type { Table } from '../src/aws/table'
import type { HttpEnvironment } from './environment'

const now = (): Date => new Date()

/** How callers are told: API keys in the table, and sessions where the deployment has an issuer. */
export function accessDeps(environment: HttpEnvironment, table: Table): AccessDeps {
  return { apiKeys: dynamoApiKeyStore(table, now), verifySession: sessionsOf(environment), now }
}

/** @throws {TypeError} when only some of the issuer's variables are set */
function sessionsOf(environment: HttpEnvironment): AccessDeps['verifySession'] {
  const { SESSION_ISSUER: issuer, SESSION_AUDIENCE: audience, SESSION_JWKS_URL: jwksUrl } = environment
  const { SESSION_ROLE_CLAIM: roleClaim, SESSION_TENANT_CLAIM: tenantClaim } = environment
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return refuseSessions
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    throw new TypeError('environment: SESSION_ISSUER, SESSION_AUDIENCE and SESSION_JWKS_URL belong together')
  }
  return sessionVerifier({ issuer, audience, jwksUrl, roleClaim, tenantClaim }, now)
}
