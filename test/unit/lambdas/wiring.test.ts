import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { readEnvironment, rotateVariables, rotationHookVariables } from '../../../lambdas/environment'
import { rotationHookDeps } from '../../../lambdas/rotation-hook-wiring'
import { accessDeps, readMounts, sharedTimeout } from '../../../lambdas/wiring'
import { dynamoDbClient } from '../../../src/aws/clients'
import { allContracts } from '../../../src/contracts/all'
import { allMadeUp } from '../contracts/made-up/all-made-up'

describe('the mounts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-mounts-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are those beside the bundle, whole: a contract is data', () => {
    const mounts = [...allContracts, ...allMadeUp].map(contract => ({ contract, basePath: `/${contract.name}` }))
    writeFileSync(join(folder, 'mounts.json'), JSON.stringify(mounts))
    expect(readMounts(folder)).toEqual(mounts)
  })

  it('are missed by the name of their file', () => {
    expect(() => readMounts(join(folder, 'elsewhere'))).toThrow('mounts.json')
  })
})

describe('sessions of a deployment', () => {
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

describe('the rotation hook', () => {
  const complete = {
    CONTRACT: 'storno',
    BASE_URL: 'https://api.storno.ro/',
    ENDPOINT_ID: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    TENANT_ID: '550e8400-e29b-41d4-a716-446655440000',
    CREDENTIALS_SECRET_ID: 'storno/token',
  }

  function startHook(changes: Readonly<Record<string, string>>) {
    return rotationHookDeps(v.parse(rotationHookVariables, { ...complete, ...changes }), allContracts)
  }

  it('starts with what its contract allows', () => {
    expect(startHook({})).toMatchObject({ endpointId: complete.ENDPOINT_ID, overlapSeconds: null })
    expect(startHook({ CONTRACT: 'keyturn', OVERLAP_SECONDS: '60' })).toMatchObject({ overlapSeconds: 60 })
  })

  it.each([{ ENDPOINT_ID: 'wh_1' }, { TENANT_ID: '' }, { OVERLAP_SECONDS: '60' }, { CONTRACT: 'nobody' }])(
    'does not start with %j, which its contract does not allow',
    changes => {
      expect(() => startHook(changes)).toThrow(TypeError)
    },
  )
})

const root = join(__dirname, '../../..')

/** What a process says on its error output when so many calls listen to one signal, as each call of an SDK does. */
async function saidOf(signal: string, calls: number): Promise<string> {
  const script = `
    const { sharedTimeout } = require('./lambdas/wiring.ts')
    const signal = ${signal}
    for (let call = 0; call < ${calls}; call += 1) signal.addEventListener('abort', () => undefined)
    setImmediate(() => process.exit(0))`
  const node = ['--import', 'tsx', '--eval', script]
  return (await promisify(execFile)(process.execPath, node, { cwd: root })).stderr
}

describe('a signal that many calls share', () => {
  it('leaves nothing but JSON in the log, with a hundred unsettled changes too', async () => {
    expect(await saidOf('sharedTimeout(60_000)', 100)).toBe('')
  })

  it('would have the eleventh warned of if it had the limit that every signal has on Node 20', async () => {
    const limited = `((events, signal) => (events.setMaxListeners(10, signal), signal))(
      require('node:events'), AbortSignal.timeout(60_000))`
    expect(await saidOf(limited, 11)).toContain('MaxListenersExceededWarning')
  })

  it('aborts once its time is over', async () => {
    const signal = sharedTimeout(1)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
  })
})
