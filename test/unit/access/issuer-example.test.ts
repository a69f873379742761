import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { closeServer, listen } from '../../../local/listen'
import { sessionVerifier } from '../../../src/access/sessions'

// The issuer of docs/sessions.md, before the verifier of sessions.

const file = resolve(__dirname, '../../../examples/session-issuer/issuer.mjs')
const folder = mkdtempSync(join(tmpdir(), 'keyturn-issuer-'))
const keyFile = join(folder, 'issuer-key.json')
let server: Server
let jwksUrl: string
let published: string

function issuer(...args: readonly string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(process.execPath, [file, ...args], { env: { ...process.env, KEY_FILE: keyFile } })
}

beforeAll(async () => {
  published = (await issuer('jwks')).stdout
  server = createServer((_, reply) => void reply.end(published))
  jwksUrl = `${await listen(server, 0)}/jwks.json`
})

afterAll(async () => {
  await closeServer(server)
  rmSync(folder, { recursive: true })
})

/** What the verifier makes of the session that these options print. */
async function verified(options: readonly string[], now: Date) {
  const claims = { roleClaim: 'role', tenantClaim: 'tenant' }
  const verify = sessionVerifier(
    { issuer: 'https://id.example.com', audience: 'keyturn', jwksUrl, ...claims },
    () => now,
  )
  return verify((await issuer('token', ...options)).stdout.trim())
}

describe("the example's issuer", () => {
  it('prints sessions of one tenant or of several, which are verified', async () => {
    const person = ['--subject', 'user_7', '--role', 'member', '--tenant', 'org_1']
    const principal = { kind: 'session', id: 'user_7', role: 'member', tenantIds: ['org_1'] }
    expect(await verified(person, new Date())).toEqual(principal)
    const several = await verified([...person, '--tenant', 'org_2'], new Date())
    expect(several).toEqual({ ...principal, tenantIds: ['org_1', 'org_2'] })
  })

  it('prints sessions that end after a quarter of an hour', async () => {
    const later = new Date(Date.now() + 16 * 60_000)
    const person = ['--subject', 'user_7', '--role', 'admin', '--tenant', 'org_1']
    await expect(verified(person, later)).rejects.toMatchObject({ code: 'expired-token' })
  })

  it('keeps the private key to itself', () => {
    expect(JSON.parse(published).keys.map((key: object) => Object.keys(key).toSorted())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ])
    const { d } = JSON.parse(readFileSync(keyFile, 'utf8'))
    expect(published).not.toContain(d)
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  })

  it.each([
    [['token', '--subject', 'user_7', '--role', 'owner', '--tenant', 'org_1']],
    [['token', '--subject', 'user_7', '--role', 'admin']],
  ])('says what is missing for %j', async args => {
    await expect(issuer(...args)).rejects.toMatchObject({
      stderr: expect.stringContaining('token needs --subject, --role admin or member, and --tenant'),
    })
  })
})
