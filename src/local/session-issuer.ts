import { readFileSync } from 'node:fs'
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import type { JWK } from 'jose'
import type { Role } from '../contracts/dimensions'
import { replaceFile } from './aws-endpoint/replace-file'
import { isMissing } from './file-error'

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
  readonly tenantId: string
}

export const sessionAudience = 'keyturn'
export const roleClaim = 'role'
export const tenantClaim = 'tenant'
const algorithm = 'ES256'
const keyId = 'local'

/** The issuer whose private key is in `file` (mode 0600); a new key where there is none. */
export async function openSessionIssuer(file: string): Promise<SessionIssuer> {
  const jwk = readKey(file) ?? (await makeKey(file))
  const key = await importJWK(jwk, algorithm)
  const { kty, crv, x, y } = jwk
  const publicKey = { kty, crv, x, y, kid: keyId, alg: algorithm, use: 'sig' } as JWK
  return {
    jwks: { keys: [publicKey] },
    issue: ({ issuer, subject, role, tenantId }) =>
      new SignJWT({ [roleClaim]: role, [tenantClaim]: tenantId })
        .setProtectedHeader({ alg: algorithm, kid: keyId })
        .setIssuer(issuer)
        .setAudience(sessionAudience)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime('24h')
        .sign(key),
  }
}

function readKey(file: string): JWK | null {
  try {
    // Written below.
    return JSON.parse(readFileSync(file, 'utf8')) as JWK
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  replaceFile(file, JSON.stringify(jwk))
  return jwk
}
