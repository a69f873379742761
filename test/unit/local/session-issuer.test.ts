import { afterAll, describe, expect, it } from '@jest/globals'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSessionIssuer } from '../../../local/session-issuer'

const dir = mkdtempSync(join(tmpdir(), 'keyturn-issuer-'))
const file = join(dir, 'session-key.json')

afterAll(() => rmSync(dir, { recursive: true }))

describe('the session issuer', () => {
  it('issues sessions that its public key verifies, for 24 hours', async () => {
    const issuer = await openSessionIssuer(file)
    const token = await issuer.issue({ issuer: 'http://issuer', subject: 'ann', role: 'admin', tenantId: 'org_1' })
    const keys = createLocalJWKSet({ keys: [...issuer.jwks.keys] })
    const { payload } = await jwtVerify(token, keys, { issuer: 'http://issuer', audience: 'keyturn' })
    expect(payload).toMatchObject({ sub: 'ann', role: 'admin', tenant: 'org_1' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(24 * 60 * 60)
  })

  it('keeps its key in a file for its owner alone, and shows the public half', async () => {
    const [first, second] = [await openSessionIssuer(file), await openSessionIssuer(file)]
    expect(second.jwks).toEqual(first.jwks)
    expect(Object.keys(first.jwks.keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})
