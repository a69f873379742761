import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sessionVerifier } from '../../../../src/access/sessions'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, harness, NOON, requestsTo } from '../harness'

const issuer = 'https://sign-in.example'
const jwks = { status: 200, body: '' }
const server = createServer((_, reply) => void reply.writeHead(jwks.status).end(jwks.body))
let token = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  jwks.body = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] })
  const claims = {
    iss: issuer,
    aud: 'keyturn',
    sub: 'ann',
    exp: NOON.getTime() / 1000 + 60,
    role: 'admin',
    org: 'acme',
  }
  token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** The API with real sessions, whose keys are fetched from the issuer. */
async function realSessions() {
  const made = harness([tumban, keyturn])
  await made.endpoint(tumban, 'acme')
  const { id } = (await made.endpoint(keyturn, 'acme')).endpoint
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  const settings = { issuer, audience: 'keyturn', jwksUrl, roleClaim: 'role', tenantClaim: 'org' }
  const verifySession = sessionVerifier(settings, made.deps.now)
  const send = requestsTo(made.appWith({ access: { ...made.access, verifySession } }))
  const post = (path: string, credential: string) => send('POST', path, bearer(credential))
  return { ...made, post, ownRotate: `/v1/endpoints/${id}/secret/rotate`, ownKey: await made.apiKey(keyturn, 'acme') }
}

const tumbanRotate = '/api/v2/org/webhook-secret/rotate'

describe('sessions whose issuer does not hand out its keys', () => {
  it('503 with Retry-After in the contract’s shape, and nothing rotates', async () => {
    jwks.status = 500
    const { post, ownRotate, tables, lines } = await realSessions()
    const vendor = await post(tumbanRotate, token)
    expect(vendor.status).toBe(503)
    expect(vendor.headers.get('content-type')).toBe('application/json')
    expect(vendor.json).toEqual({ detail: 'Sessions cannot be verified at the moment.' })
    const own = await post(ownRotate, token)
    expect(own.status).toBe(503)
    expect(own.headers.get('content-type')).toBe('application/problem+json')
    expect(own.json).toMatchObject({ status: 503, code: 'unavailable' })
    for (const { headers } of [vendor, own]) {
      expect([headers.get('retry-after'), headers.get('www-authenticate')]).toEqual(['5', null])
    }
    expect([...tables.endpoints.endpoints.values()].map(({ endpoint }) => endpoint.ring.version)).toEqual([1, 1])
    expect(lines.map(({ message, fields }) => [message, fields['code']])).toEqual([
      ['failed', 'unavailable'],
      ['failed', 'unavailable'],
    ])
  })

  it('503 for sessions alone: 200 for API keys, and for the session once the issuer answers', async () => {
    jwks.status = 500
    const { post, ownRotate, ownKey } = await realSessions()
    expect((await post(ownRotate, token)).status).toBe(503)
    expect((await post(ownRotate, ownKey)).status).toBe(200)
    jwks.status = 200
    expect((await post(ownRotate, token)).status).toBe(200)
    expect((await post(tumbanRotate, token)).status).toBe(200)
  })

  it('503 where nothing listens at all', async () => {
    const { post } = await realSessions()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    expect((await post(tumbanRotate, token)).status).toBe(503)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
})
