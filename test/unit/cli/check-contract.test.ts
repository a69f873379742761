import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkContractFile } from '../../../cli/check-contract'
import { samplesOf } from '../../../cli/contract-samples'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import { githubRepository } from '../../../src/contracts/github'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { tumban } from '../../../src/contracts/tumban'
import { addSeconds } from '../../../src/core/instant'
import { choosesSecret, type Contract } from '../../../src/contracts/contract'
import { schemeOf } from '../../../src/contracts/secret-key'
import { valueInBody } from '../../../src/http/body/request-fields'
import { readRotated } from '../../../src/rotation-hook/vendor-reply'
import { verify } from '../../../src/verify'
import { NOON } from '../http/harness'
import { runScript } from '../../support/run-script'
import { acmeworks } from '../contracts/made-up/acmeworks'
import { allMadeUp } from '../contracts/made-up/all-made-up'
import { ferrypost } from '../contracts/made-up/ferrypost'
import { harborline } from '../contracts/made-up/harborline'
import { lanternkey } from '../contracts/made-up/lanternkey'
import { northlight } from '../contracts/made-up/northlight'
import { oldstay } from '../contracts/made-up/oldstay'
import { thornfield } from '../contracts/made-up/thornfield'

const example = 'examples/platform/acmeworks.ts'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-check-contract-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

function check(...args: readonly string[]) {
  return runScript('cli/keyturn.ts', ['check-contract', ...args])
}

/** A module with these exports. */
function moduleOf(name: string, exported: Readonly<Record<string, unknown>>): string {
  const file = join(folder, name)
  const lines = Object.entries(exported).map(([each, value]) => `exports.${each} = ${JSON.stringify(value)}`)
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('keyturn check-contract', () => {
  it('prints the routes, a rotation with its reply, its errors and a delivery, with the time of now', async () => {
    const { exitCode, stdout, stderr } = await check(example)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^ {2}POST \/api\/hooks\/\{id\}\/roll {2}rotate: API key with hooks:write$/m)
    expect(stdout).toMatch(/^ {2}authorization: Bearer acme_[\w-]{43}$/m)
    expect(stdout).toMatch(/^ {4}"secret": "whsec_[\w+/]{43}=",$/m)
    const [, ends] = /"old_secret_ends": (\d+)/.exec(stdout) ?? []
    expect(Math.abs(Number(ends) - Date.now() / 1000 - 86_400)).toBeLessThan(60)
    expect(stdout).toMatch(/^ {2}webhook-signature: v1,\S+ v1,\S+$/m)
    expect(stdout).toMatch(/^A refusal, not-found:\n\n {2}404\n {2}content-type: application\/json$/m)
  })

  it('prints the same as one document, of which the delivery verifies with the secret of the reply', async () => {
    const { stdout } = await check(example, '--json')
    const { contracts } = JSON.parse(stdout)
    const [{ name, samples }] = contracts
    expect(name).toBe('acmeworks')
    const { secret } = JSON.parse(samples.reply.body)
    expect(() => verify(samples.delivery.body, samples.delivery.headers, secret)).not.toThrow()
  })

  it('takes the contracts of a configuration, and every one that a file exports', async () => {
    const named = await check('examples/platform/control-plane.ts', '--json')
    expect(JSON.parse(named.stdout).contracts).toMatchObject([{ name: 'acmeworks' }])
    const both = moduleOf('both.cjs', { one: { ...acmeworks, name: 'one' }, two: { ...acmeworks, name: 'two' } })
    const { json } = await checkContractFile({ args: [both], options: {}, say: () => undefined })
    expect(json).toMatchObject({ contracts: [{ name: 'one' }, { name: 'two' }] })
  })

  it('says what receivers need besides the scheme, where the scheme alone would make other keys', async () => {
    const file = moduleOf('keys.cjs', { acmeworks, harborline, lanternkey })
    const { lines, json } = await checkContractFile({ args: [file], options: {}, say: () => undefined })
    expect(json).toMatchObject({
      contracts: [
        { name: 'acmeworks', keyBytes: null },
        { name: 'harborline', keyBytes: { encoding: 'utf8', prefix: 'hls_' } },
        { name: 'lanternkey', keyBytes: { encoding: 'hex', prefix: 'LK.' } },
      ],
    })
    expect(lines.filter(line => line.startsWith('Receivers'))).toEqual([
      "Receivers verify with the scheme and keyBytes { encoding: 'utf8', prefix: 'hls_' }.",
      "Receivers verify with the scheme and keyBytes { encoding: 'hex', prefix: 'LK.' }.",
    ])
  })

  it('says where its rotation says an overlap that the hook leaves out', async () => {
    const file = moduleOf('overlaps.cjs', { acmeworks, northlight, oldstay })
    const { lines } = await checkContractFile({ args: [file], options: {}, say: () => undefined })
    expect(lines.filter(line => line.startsWith('A rotation'))).toEqual([
      'A rotation that says the overlap, which the hook says only where overlapSeconds is set:',
      'A rotation:',
      'A rotation:',
    ])
  })

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a contradiction', { a: { ...acmeworks, cooldownSeconds: -1 } }, /contract acmeworks: .*cooldownSeconds must be/],
    ['a list that is none', { a: { ...acmeworks, operations: 7, tenant: 7 } }, /acmeworks: operations must be a list/],
    [
      'two faults',
      { a: { ...acmeworks, name: 'Acme', cooldownSeconds: -1 } },
      /^\S+ contract Acme: name must .*\n\S+ contract Acme: cooldownSeconds must .*\n$/,
    ],
    ['a missing member', { a: { name: 'bare', operations: [] } }, /contract bare: credentials must be given/],
    [
      'two routes that are one',
      { a: { ...acmeworks, operations: [0, 0].map(at => acmeworks.operations[at]) } },
      /same route/,
    ],
    ['no contract', { a: 1, b: {} }, /exports no contract: an object with a name/],
  ])('tells %s in a line that begins with the file', async (_, exported, fault) => {
    const file = moduleOf('faulty.cjs', exported)
    const { exitCode, stdout, stderr } = await check(file)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .every(line => line.startsWith(`${file}: `)),
    ).toBe(true)
    expect(stderr).toMatch(fault)
  })

  it.each([
    [[], /^keyturn: check-contract takes one file\n$/],
    [['a', 'b'], /^keyturn: check-contract takes one file\n$/],
    [['none.ts'], /^none\.ts: there is no such file\n$/],
  ])('refuses %j in one line', async (args, fault) => {
    expect(await check(...args)).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(fault) })
  })
})

const bare = { kind: 'header', name: 'authorization' } as const

describe('the samples', () => {
  it.each<[Contract, readonly number[]]>([
    [acmeworks, [401, 403, 404, 400, 409, 429, 503, 500]],
    [storno, [401, 403, 404, 400, 409, 429, 503, 500]],
    [harborline, [418, 403, 404, 400, 429]],
  ])('have an error for each status of $name, and of a status one for each form', async (contract, statuses) => {
    const { errors = [] } = (await samplesOf(contract, NOON)) ?? {}
    expect(errors.map(({ line }) => Number(line))).toEqual(statuses)
    expect(errors.every(({ body }) => !body.includes('{id}'))).toBe(true)
  })

  it.each<[Contract['idempotencyKey'], string | undefined, boolean]>([
    [undefined, 'Idempotency-Key', true],
    [{ rule: 'optional', in: 'request.token' }, 'request.token', true],
    [{ rule: 'required', in: '?token' }, 'token', true],
    ['off', undefined, false],
    [{ rule: 'off', in: 'request.token' }, undefined, false],
  ])('name the idempotency key %j as the contract does, or not at all where it is off', async (key, name, isReused) => {
    const plain: Contract = {
      ...acmeworks,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      overlap: { kind: 'none' },
      rotateBody: null,
      operations: acmeworks.operations.map(operation => ({
        ...operation,
        reply: { status: 200, body: 'signingSecret' },
      })),
      errors: {
        body: { code: 'code', at: 'param' },
        words: { 'idempotency-key-reused': { body: { again: 'code' } } },
      },
    }
    const { errors = [] } = (await samplesOf(plain, NOON)) ?? {}
    const bodies = errors.map(({ body }) => JSON.parse(body))
    expect(bodies.find(({ code }) => code === 'invalid-request')?.at).toBe(name)
    expect(errors.some(({ problem }) => problem === 'idempotency-key-reused')).toBe(isReused)
  })

  it('have no errors of a contract that says none, which is for the hook alone', async () => {
    expect((await samplesOf(oldstay, NOON))?.errors).toEqual([])
  })

  it('show times as of now: a cooldown that has just begun, an overlap that ends an hour from now', async () => {
    const { errors = [] } = (await samplesOf({ ...acmeworks, cooldownSeconds: 60 }, NOON)) ?? {}
    expect(errors.find(({ problem }) => problem === 'rotation-cooldown')?.headers).toMatchObject({
      'retry-after': '60',
    })
    const rejecting: Contract = { ...keyturn, name: 'rejecting', secondRotation: { kind: 'reject' } }
    const conflict = (await samplesOf(rejecting, NOON))?.errors.find(({ line }) => line === '409')
    expect(JSON.parse(conflict?.body ?? '').detail).toContain(addSeconds(NOON, 3600).toISOString())
  })

  it('have a delivery with the signatures of both keys, also where the default ends the one before at once', async () => {
    const { overlap } = acmeworks
    const contract: Contract = { ...acmeworks, overlap: { ...overlap, defaultSeconds: 0 } }
    const { delivery } = (await samplesOf(contract, NOON)) ?? {}
    expect(delivery?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
  })

  it('have the idempotency key in the request, where the contract has its place', async () => {
    const inBody = JSON.parse((await samplesOf(lanternkey, NOON))?.request.body ?? '')
    expect(inBody).toMatchObject({ request: { token: expect.stringMatching(/^[\w-]{36}$/) } })
    const header = 'idempotency-key'
    expect((await samplesOf(acmeworks, NOON))?.request.headers).toHaveProperty([header])
    expect((await samplesOf(ferrypost, NOON))?.request.headers).not.toHaveProperty([header])
  })

  it('have the reply to an instant that each rotation says, as the request says it', async () => {
    const { field: _, ...chosen } = acmeworks.overlap
    const overlap = { ...chosen, field: 'until', unit: 'instant', required: true, minimumSeconds: 86_400 } as const
    const { request, reply } = (await samplesOf({ ...acmeworks, overlap }, NOON)) ?? {}
    const ends = addSeconds(NOON, 86_460)
    expect(JSON.parse(request?.body ?? '')).toEqual({ until: ends.toISOString() })
    expect(JSON.parse(reply?.body ?? '')).toMatchObject({ old_secret_ends: ends.getTime() / 1000 })
  })

  it('have in the request what the hook sends back of what it reads', async () => {
    const { request } = (await samplesOf(thornfield, NOON)) ?? {}
    expect(JSON.parse(request?.body ?? '')).toEqual({
      hook: { target: 'https://receiver.example/thornfield', secret: expect.stringMatching(/^[0-9a-f]{64}$/) },
      labels: ['order.paid'],
    })
  })

  it.each<[string, Contract, RegExp]>([
    ['an API key', acmeworks, /^Bearer acme_[\w-]{43}$/],
    ['a session', tumban, /^Bearer <session>$/],
    ['what a vendor hands out', githubRepository, /^Bearer <token>$/],
    ['what another hands out', oldstay, /^Bearer <token>$/],
    ['what stands there bare', { ...oldstay, credentials: { in: bare } }, /^<token>$/],
  ])('have %s where the rotation takes that', async (_, contract, credential) => {
    expect((await samplesOf(contract, NOON))?.request.headers['authorization']).toMatch(credential)
  })

  const contracts: readonly (readonly [string, Contract])[] = [...allContracts, ...hookContracts, ...allMadeUp].map(
    contract => [contract.name, contract],
  )

  it.each(contracts)(
    'of %s are read by the hook, and its delivery verifies with what it reads',
    async (_, contract) => {
      const now = new Date()
      const samples = await samplesOf(contract, now)
      const { request, reply, reveal, delivery } = samples ?? {}
      const rotate = contract.operations.find(({ use }) => use === 'rotate')
      if (rotate?.use !== 'rotate') throw new TypeError('there is no rotation')
      const own = contract.rotateBody?.ownSecret?.field ?? ''
      const given = (): unknown => valueInBody(JSON.parse(request?.body ?? ''), own)
      const shown = contract.operations.find(({ use }) => use === 'reveal')
      const operation = reveal && shown?.use === 'reveal' ? shown : rotate
      const secret = choosesSecret(contract)
        ? given()
        : readRotated(contract, operation, JSON.parse((reveal ?? reply)?.body ?? ''))?.secret.reveal()
      const url = delivery?.line.replace('POST ', '')
      const verifying = (): void =>
        verify(delivery?.body ?? '', delivery?.headers, String(secret), { scheme: schemeOf(contract), url, now })
      expect(verifying).not.toThrow()
    },
  )
})
