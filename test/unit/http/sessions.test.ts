import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sessionVerifier } from '../../../src/access/sessions'
import { keyturn } from '../../../src/contracts/keyturn'
import { tumban } from '../../../src/contracts/tumban'
import { createApp } from '../../../src/http/serve'
import { endpointUses } from '../../../src/http/uses/endpoints'
import { ringUses } from '../../../src/http/uses/ring'
import { fetchFrom } from '../../support/fetch-from'
import { bearer, harness, NOON } from './harness'

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
async function setup() {
  const made = harness([tumban, keyturn])
  await made.endpoint(tumban, 'acme')
  const { id } = (await made.endpoint(keyturn, 'acme')).endpoint
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  const settings = { issuer, audience: 'keyturn', jwksUrl, roleClaim: 'role', tenantClaim: 'org' }
  const app = createApp({
    mounts: made.settings.contracts.map(contract => ({ contract, basePath: '' })),
    uses: { ...ringUses(made.deps, made.settings), ...endpointUses(made.deps, made.settings) },
    access: { apiKeys: made.apiKeys, verifySession: sessionVerifier(settings, made.deps.now), now: made.deps.now },
    log: made.deps.log,
  })
  const send = async (method: string, path: string, credential: string): Promise<Response> =>
    fetchFrom(app, new Request(`http://keyturn.test${path}`, { method, ...bearer(credential) }))
  return { ...made, id, send, key: await made.apiKey(keyturn, 'acme') }
}

const tumbanRotate = '/api/v2/org/webhook-secret/rotate'

describe('sessions whose issuer does not hand out its keys', () => {
  it('503 with Retry-After in the contract’s shape, and nothing rotates', async () => {
    jwks.status = 500
    const { send, id, tables, lines } = await setup()
    const vendor = await send('POST', tumbanRotate, token)
    expect(vendor.status).toBe(503)
    expect(vendor.headers.get('content-type')).toBe('application/json')
    expect(await vendor.json()).toEqual({ detail: 'Sessions cannot be verified at the moment.' })
    const own = await send('POST', `/v1/endpoints/${id}/secret/rotate`, token)
    expect(own.status).toBe(503)
    expect(own.headers.get('content-type')).toBe('application/problem+json')
    expect(await own.json()).toMatchObject({ status: 503, code: 'unavailable' })
    for (const { headers } of [vendor, own]) {
      expect([headers.get('retry-after'), headers.get('www-authenticate')]).toEqual(['5', null])
    }
    expect([...tables.endpoints.endpoints.values()].map(({ endpoint }) => endpoint.ring.version)).toEqual([1, 1])
    expect(lines.map(({ message, fields }) => [message, fields['code']])).toEqual([
      ['failed', 'unavailable'],
      ['failed', 'unavailable'],
    ])
  })

  it('200 for API keys all the same, and for the session once the issuer answers', async () => {
    jwks.status = 500
    const { send, id, key } = await setup()
    expect((await send('POST', `/v1/endpoints/${id}/secret/rotate`, token)).status).toBe(503)
    expect((await send('POST', `/v1/endpoints/${id}/secret/rotate`, key)).status).toBe(200)
    jwks.status = 200
    expect((await send('POST', `/v1/endpoints/${id}/secret/rotate`, token)).status).toBe(200)
    expect((await send('POST', tumbanRotate, token)).status).toBe(200)
  })

  it('503 where nothing listens at all', async () => {
    const { send } = await setup()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    expect((await send('POST', tumbanRotate, token)).status).toBe(503)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
})
