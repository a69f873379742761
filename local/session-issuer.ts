import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import * as v from 'valibot'
import { replaceFile } from '../scripts/files'
import type { Role } from '../src/contracts/dimensions'
import { damaged, readStored } from './stored-json'

/** Stands in for a platform's own sign-in: issues dashboard sessions. */
export interface SessionIssuer {
  /** The public key, as served under `/.well-known/jwks.json`. */
  readonly jwks: { readonly keys: readonly JWK[] }
  /** A JWT that is valid for 24 hours. */
  issue(session: LocalSession): Promise<string>
}

export interface LocalSession {
  readonly issuer: string
  readonly subject: string
  readonly role: Role
  /** Several: the person acts for each of them, and requests name one. */
  readonly tenantId: string | readonly string[]
  /** Told as `auth_time`. Default: the token does not say. */
  readonly signedInAt?: Date
}

export const sessionAudience = 'keyturn'
export const roleClaim = 'role'
export const tenantClaim = 'tenant'
const algorithm = 'ES256'
const keyId = 'local'
const privateKey = v.object({ kty: v.literal('EC'), crv: v.string(), x: v.string(), y: v.string(), d: v.string() })
const remedy = 'delete it, and sessions are issued with a new key'

/**
 * The issuer whose private key is in `file` (mode 0600); a new key where there is none.
 * @throws {OperatorError} when the file is damaged
 */
export async function openSessionIssuer(file: string): Promise<SessionIssuer> {
  const jwk = readStored({ file, schema: privateKey, remedy }) ?? (await makeKey(file))
  const key = await importJWK(jwk, algorithm).catch(() => {
    throw damaged({ file, remedy })
  })
  const { kty, crv, x, y } = jwk
  const publicKey = { kty, crv, x, y, kid: keyId, alg: algorithm, use: 'sig' } as JWK
  return {
    jwks: { keys: [publicKey] },
    issue: ({ issuer, subject, role, tenantId, signedInAt }) =>
      new SignJWT({ [roleClaim]: role, [tenantClaim]: tenantId, ...authTime(signedInAt) })
        .setProtectedHeader({ alg: algorithm, kid: keyId })
        .setIssuer(issuer)
        .setAudience(sessionAudience)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime('24h')
        .sign(key),
  }
}

/** OpenID Connect Core 1.0, section 2: unix seconds. */
function authTime(signedInAt: Date | undefined): { readonly auth_time?: number } {
  return signedInAt === undefined ? {} : { auth_time: Math.floor(signedInAt.getTime() / 1000) }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  replaceFile(file, JSON.stringify(jwk))
  return jwk
}
