import type { AccessDeps } from '../src/access/authenticate'
import { invalidToken } from '../src/access/invalid-token'
import type { SessionSettings } from '../src/access/sessions'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import type { Table } from '../src/aws/table'
import type { HttpEnvironment } from './environment'

const now = (): Date => new Date()

/** How callers are told: API keys in the table, and sessions where the deployment has an issuer. */
export function accessDeps(environment: HttpEnvironment, table: Table): AccessDeps {
  return { apiKeys: dynamoApiKeyStore(table, now), verifySession: sessionsOf(environment), now }
}

/** For a deployment without an issuer no session is valid. @throws {TypeError} when only some of the issuer's variables are set */
function sessionsOf(environment: HttpEnvironment): AccessDeps['verifySession'] {
  const { SESSION_ISSUER: issuer, SESSION_AUDIENCE: audience, SESSION_JWKS_URL: jwksUrl } = environment
  const { SESSION_ROLE_CLAIM: roleClaim, SESSION_TENANT_CLAIM: tenantClaim } = environment
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) {
    return () => Promise.reject(invalidToken())
  }
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    throw new TypeError('environment: SESSION_ISSUER, SESSION_AUDIENCE and SESSION_JWKS_URL belong together')
  }
  return verifierOf({ issuer, audience, jwksUrl, roleClaim, tenantClaim })
}

/** What reads tokens is loaded with the first of them: most callers have API keys. */
function verifierOf(settings: SessionSettings): AccessDeps['verifySession'] {
  let verifier: Promise<AccessDeps['verifySession']> | undefined
  return async token => {
    verifier ??= import('../src/access/sessions').then(({ sessionVerifier }) => sessionVerifier(settings, now))
    return (await verifier)(token)
  }
}
