import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { type Role, roles } from '../contracts/dimensions'
import { storedIdPattern } from '../core/id'
import { addSeconds, clockLeewaySeconds } from '../core/instant'
import { Problem } from '../core/problem'
import { type SessionPrincipal } from './authenticate'
import { invalidToken } from './credential'
import {
  createRemoteJWKSet,
  JOSENotSupported,
  JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey,
  JWTExpired,
  jwtVerify,
} from './jose'

/** The one issuer whose JWTs are dashboard sessions, and the claims that hold role and tenants. */
export interface SessionSettings {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  /** The claim that holds `admin` or `member`. */
  readonly roleClaim: string
  /** The claim that holds a tenant's id, or a list of them. */
  readonly tenantClaim: string
}

/** Public-key signatures only: a shared-secret algorithm would take the public key for its secret. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
const jwksTimeoutMs = 2_000
/** An unknown key id makes us fetch the JWKS again at most this often. */
const jwksCooldownMs = 30_000
const jwksRetrySeconds = 5
const longestSubject = 256
const mostTenants = 100

/** Verifies session tokens against the issuer's JWKS, which is fetched once it is needed and kept. */
export function sessionVerifier(
  settings: SessionSettings,
  now: () => Date,
): (token: string) => Promise<SessionPrincipal> {
  const keys = availableKeys(settings.jwksUrl)
  const { issuer, audience } = settings
  return async token => {
    try {
      const at = now()
      const checks = { issuer, audience, algorithms, requiredClaims: ['exp', 'sub'] }
      const { payload } = await jwtVerify(token, keys, {
        ...checks,
        currentDate: at,
        clockTolerance: clockLeewaySeconds,
      })
      checkTimes(payload, at)
      return principalOf(payload, settings, at)
    } catch (error) {
      throw refusal(error)
    }
  }
}

/**
 * The JWKS as jose reads it. A JWKS that cannot be fetched is `unavailable`, a token that does not match it is not valid.
 * It is set up with the first token that names a key: jose then loads Node's fetch, which takes longer than the rest of a request.
 */
function availableKeys(jwksUrl: string): JWTVerifyGetKey {
  let remote: JWTVerifyGetKey | null = null
  return async (header, token) => {
    try {
      remote ??= createRemoteJWKSet(new URL(jwksUrl), {
        timeoutDuration: jwksTimeoutMs,
        cooldownDuration: jwksCooldownMs,
      })
      return await remote(header, token)
    } catch (error) {
      if (isTokensFault(error)) throw error
      throw new Problem('unavailable', 'Sessions cannot be verified at the moment.', {
        retryAfterSeconds: jwksRetrySeconds,
        cause: error,
      })
    }
  }
}

/**
 * What jose leaves open: with a leeway it lets a token live that much longer than its issuer said, and without a
 * greatest age it does not look at `iat` at all.
 */
function checkTimes({ exp = 0, iat }: JWTPayload, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000)
  if (exp <= seconds) throw expiredToken()
  if (iat !== undefined && iat > seconds + clockLeewaySeconds) throw invalidToken()
}

function expiredToken(): Problem {
  return new Problem('expired-token', 'The token has expired.')
}

function isTokensFault(error: unknown): boolean {
  return (
    error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys || error instanceof JOSENotSupported
  )
}

function principalOf(payload: JWTPayload, settings: SessionSettings, now: Date): SessionPrincipal {
  const role = roles.find((known: Role) => known === payload[settings.roleClaim])
  const tenantIds = tenantsOf(payload[settings.tenantClaim])
  if (role === undefined || tenantIds === null || !isSubject(payload.sub)) throw invalidToken()
  return { kind: 'session', id: payload.sub, role, tenantIds, ...signInOf(payload['auth_time'], now) }
}

/** When the person signed in, where the claim says so. @throws {Problem} `invalid-token` for what is no time, or one to come */
function signInOf(seconds: unknown, now: Date): Pick<SessionPrincipal, 'authenticatedAt'> {
  if (seconds === undefined || seconds === null) return {}
  const authenticatedAt = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN)
  // Milliseconds, where seconds are meant, are such a time too. What is no time is not earlier either.
  if (!(authenticatedAt <= addSeconds(now, clockLeewaySeconds))) throw invalidToken()
  return { authenticatedAt }
}

function tenantsOf(claim: unknown): readonly string[] | null {
  const ids: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  const valid = ids.filter((id): id is string => typeof id === 'string' && storedIdPattern.test(id))
  return valid.length === ids.length && ids.length > 0 && ids.length <= mostTenants ? valid : null
}

function isSubject(sub: string | undefined): sub is string {
  return sub !== undefined && sub.length <= longestSubject && /^[\x21-\x7e]+$/.test(sub)
}

function refusal(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof JWTExpired) return expiredToken()
  return invalidToken(error)
}
