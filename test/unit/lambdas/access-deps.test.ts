import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readEnvironment, rotateVariables } from '../../../lambdas/environment'
import { accessDeps } from '../../../lambdas/wiring'
import { dynamoDbClient } from '../../../src/aws/clients'

const table = { client: dynamoDbClient({ region: 'us-east-1' }), name: 'keyturn' }
const required = {
  STAGE: 'test',
  TABLE_NAME: 'keyturn',
  RING_KEY_ID: 'ring',
  EVENT_BUS_NAME: 'default',
}
const issuer = { SESSION_ISSUER: 'https://id.example', SESSION_AUDIENCE: 'keyturn', SESSION_TENANT_CLAIM: 'org' }

let jwks = ''
let fetches = 0
const server = createServer((_, reply) => {
  fetches += 1
  reply.end(jwks)
})
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => once(server.close(), 'close'))

function sessions(variables: Readonly<Record<string, string>>) {
  return accessDeps(readEnvironment(rotateVariables, { ...required, ...variables }), table).verifySession
}

describe('sessions of a deployment', () => {
  it('are refused without an issuer', async () => {
    await expect(sessions({})('nonsense')).rejects.toMatchObject({ code: 'invalid-token' })
  })

  it('are those of its issuer, whose keys are fetched once', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] })
    const token = await new SignJWT({ role: 'admin', org: 'acme' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer.SESSION_ISSUER)
      .setAudience(issuer.SESSION_AUDIENCE)
      .setSubject('ada')
      .setExpirationTime('1h')
      .sign(privateKey)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
    const verify = sessions({ ...issuer, SESSION_JWKS_URL: url })
    const principal = { kind: 'session', id: 'ada', role: 'admin', tenantIds: ['acme'] }
    expect([await verify(token), await verify(token)]).toEqual([principal, principal])
    expect(fetches).toBe(1)
    await expect(verify('nonsense')).rejects.toMatchObject({ code: 'invalid-token' })
  })
})
