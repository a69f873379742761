import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sessionVerifier } from '../../../src/access/sessions'
import { Problem, type ProblemCode } from '../../../src/core/problem'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const seconds = NOON.getTime() / 1000
const issuer = 'https://sign-in.example'
const claims = { iss: issuer, aud: 'keyturn', sub: 'ann', exp: NOON.getTime() / 1000 + 60, role: 'admin', org: 'acme' }

/** An issuer's JWKS over the wire. */
class Issuer {
  status = 200
  body = '{"keys": []}'
  silent = false
  fetches = 0
  readonly #server: Server = createServer((_, reply) => {
    this.fetches += 1
    if (!this.silent) reply.writeHead(this.status, { 'content-type': 'application/json' }).end(this.body)
  })

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/jwks.json`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

type Claims = Readonly<Record<string, unknown>>

const server = new Issuer()
let key: CryptoKey
let strange: CryptoKey

beforeAll(async () => {
  await server.start()
  const pair = await generateKeyPair('ES256')
  key = pair.privateKey
  strange = (await generateKeyPair('ES256')).privateKey
  server.body = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] })
})
afterAll(() => server.stop())

function verifier(jwksUrl = server.url) {
  const settings = { issuer, audience: 'keyturn', jwksUrl, roleClaim: 'role', tenantClaim: 'org' }
  return sessionVerifier(settings, () => NOON)
}

function token(changes: Claims = {}, header: { kid?: string } = { kid: 'one' }, signer = key): Promise<string> {
  const payload: Claims = { ...claims, ...changes }
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', ...header }).sign(signer)
}

async function refusalOf(verified: Promise<unknown>): Promise<Problem> {
  try {
    await verified
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a session', () => {
  it('gives subject, role and tenant', async () => {
    expect(await verifier()(await token())).toEqual({ kind: 'session', id: 'ann', role: 'admin', tenantIds: ['acme'] })
  })

  it.each([1e20, -1e20, '1', '2026-11-21', true])(
    'is not valid where it says that somebody signed in at %j',
    async auth_time => {
      expect(await refusalOf(verifier()(await token({ auth_time })))).toMatchObject({ code: 'invalid-token' })
    },
  )

  it.each<[string, number]>([
    ['31 s later than now', seconds + 31],
    ['in ten years', seconds + 315_360_000],
    ['in milliseconds', (seconds - 400) * 1000],
  ])('is not valid where it says that somebody signed in %s', async (_, auth_time) => {
    expect(await refusalOf(verifier()(await token({ auth_time })))).toMatchObject({
      code: 'invalid-token',
      status: 401,
    })
  })

  it.each([0, seconds - 400, seconds, seconds + 30])('says that somebody signed in at %d', async auth_time => {
    expect(await verifier()(await token({ auth_time }))).toMatchObject({ authenticatedAt: new Date(auth_time * 1000) })
  })

  it('may name several tenants', async () => {
    const session = await verifier()(await token({ org: ['acme', 'user:1'], role: 'member' }))
    expect(session).toMatchObject({ role: 'member', tenantIds: ['acme', 'user:1'] })
  })

  it.each<[string, Claims]>([
    ['from another issuer', { iss: 'https://other.example' }],
    ['for another audience', { aud: 'other' }],
    ['without an expiry', { exp: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['whose subject is too long', { sub: 'a'.repeat(257) }],
    ['of no known role', { role: 'owner' }],
    ['without a role', { role: undefined }],
    ['without a tenant', { org: undefined }],
    ['with no tenants', { org: [] }],
    ['for a tenant with #', { org: 'a#b' }],
    ['for a tenant with /', { org: ['acme', 'a/b'] }],
    ['for a tenant of 129 characters', { org: 'a'.repeat(129) }],
    ['for a tenant that is a number', { org: 7 }],
    ['that is not valid yet', { nbf: NOON.getTime() / 1000 + 31 }],
    ['that was issued later than now', { iat: NOON.getTime() / 1000 + 31 }],
    ['issued at no number', { iat: 'now' }],
  ])('%s is refused', async (_, changes) => {
    expect((await refusalOf(verifier()(await token(changes)))).code).toBe('invalid-token')
  })

  it('may be issued, and begin, 30 s later than now: the issuer’s clock may be ahead', async () => {
    const later = NOON.getTime() / 1000 + 30
    expect(await verifier()(await token({ nbf: later, iat: later }))).toMatchObject({ id: 'ann' })
    expect(await verifier()(await token({ iat: 0 }))).toMatchObject({ id: 'ann' })
  })

  it('has no leeway at its end', async () => {
    for (const ago of [1, 29, 30, 31]) {
      const expired = await refusalOf(verifier()(await token({ exp: NOON.getTime() / 1000 - ago })))
      expect(expired.code).toBe('expired-token')
    }
    expect(await verifier()(await token({ exp: NOON.getTime() / 1000 + 1 }))).toMatchObject({ id: 'ann' })
  })

  it('has expired at the instant of its expiry', async () => {
    const expired = await refusalOf(verifier()(await token({ exp: NOON.getTime() / 1000 })))
    expect([expired.code, expired.status]).toEqual(['expired-token', 401])
  })

  it.each<[string, () => Promise<string>]>([
    ['signed by a strange key', () => token({}, { kid: 'one' }, strange)],
    ['signed by a key that the issuer does not have', () => token({}, { kid: 'two' })],
    ['unsigned', async () => new UnsecuredJWT(claims).encode()],
    ['no token at all', async () => 'nonsense'],
    [
      'signed with the public key as a shared secret',
      async () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(Buffer.from(server.body)),
    ],
  ])('that is %s is refused', async (_, make) => {
    expect((await refusalOf(verifier()(await make()))).code).toBe('invalid-token')
  })

  it.each(['RS256', 'PS256', 'EdDSA'])('may be signed with %s', async alg => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const own = new Issuer()
    await own.start()
    own.body = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg }] })
    const made = await new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' }).sign(privateKey)
    expect(await verifier(own.url)(made)).toMatchObject({ id: 'ann' })
    await own.stop()
  })

  it.each(['ES384', 'RS512', 'PS384'])('may not be signed with %s, even by a key of the issuer', async alg => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const own = new Issuer()
    await own.start()
    own.body = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg }] })
    const made = await new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' }).sign(privateKey)
    expect((await refusalOf(verifier(own.url)(made))).code).toBe('invalid-token')
    await own.stop()
  })
})

describe('the issuer’s keys', () => {
  it('are fetched once, and not again for each unknown key id', async () => {
    const verify = verifier()
    const before = server.fetches
    await verify(await token())
    await verify(await token())
    await refusalOf(verify(await token({}, { kid: 'two' })))
    await refusalOf(verify(await token({}, { kid: 'three' })))
    expect(server.fetches - before).toBe(1)
  })

  it.each<[string, () => Issuer, ProblemCode]>([
    ['fails', () => Object.assign(new Issuer(), { status: 500 }), 'unavailable'],
    ['says nothing of use', () => Object.assign(new Issuer(), { body: '<html>' }), 'unavailable'],
    ['does not answer within 2 seconds', () => Object.assign(new Issuer(), { silent: true }), 'unavailable'],
  ])('503 with Retry-After when the issuer %s', async (_, make, code) => {
    const broken = make()
    await broken.start()
    const began = Date.now()
    const refusal = await refusalOf(verifier(broken.url)(await token()))
    expect([refusal.code, refusal.status, refusal.retryAfterSeconds]).toEqual([code, 503, 5])
    expect(Date.now() - began).toBeLessThan(3500)
    await broken.stop()
  })

  it('503 when nobody listens', async () => {
    const gone = new Issuer()
    await gone.start()
    const { url } = gone
    await gone.stop()
    expect((await refusalOf(verifier(url)(await token()))).code).toBe('unavailable')
  })
})
