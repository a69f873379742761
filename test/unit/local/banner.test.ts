import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { banner } from '../../../local/banner'
import { describeLocalRun, type LocalDescription } from '../../../local/local-description'
import type { Configured } from '../../../local/local-run'
import { ownSeed } from '../../../local/own-contracts'
import { seedContracts } from '../../../local/seed-plan'
import { openSessionIssuer } from '../../../local/session-issuer'
import { allContracts } from '../../../src/contracts/all'
import { contractFaults } from '../../../src/contracts/check-contract'
import { type Contract, operationOf } from '../../../src/contracts/contract'
import { addSeconds } from '../../../src/core/instant'
import { type CurlRequest, curlRequest } from '../../support/curl-request'
import { acmeworks } from '../contracts/made-up/acmeworks'
import { allMadeUp } from '../contracts/made-up/all-made-up'
import { brambleway } from '../contracts/made-up/brambleway'
import { harborline } from '../contracts/made-up/harborline'
import { lanternkey } from '../contracts/made-up/lanternkey'
import { northlight } from '../contracts/made-up/northlight'
import { quarterdeck } from '../contracts/made-up/quarterdeck'
import { thornfield } from '../contracts/made-up/thornfield'
import { harness, NOON, sessionToken } from '../http/harness'

const keys = seedContracts.flatMap(({ contract, apiKeys }) =>
  Object.keys(apiKeys).map(name => `${contract.name}.${name}`),
)

async function descriptionAt(port: number): Promise<LocalDescription> {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-banner-'))
  const issuer = await openSessionIssuer(join(dir, 'session-key.json'))
  rmSync(dir, { recursive: true })
  const urlOf = (each: number): string => `http://127.0.0.1:${each}`
  return describeLocalRun({
    api: urlOf(port),
    aws: urlOf(port + 1),
    accessKeyId: 'LOCAL0123456789ABCDE',
    keys: Object.fromEntries(keys.map(name => [name, 'a-key'])),
    issuer,
  })
}

const printed = { dataDir: '.keyturn', now: NOON }

describe('the banner', () => {
  it.each([
    [4700, 4702],
    [4800, 4802],
    [65533, 65535],
    [65534, 65533],
  ])('for port %d has a receiver on port %d, which is neither the API nor its AWS endpoint', async (port, receiver) => {
    const text = banner(await descriptionAt(port), printed)
    expect(text).toContain(`.listen(${receiver})`)
    expect(text).toContain(`"url": "http://127.0.0.1:${receiver}/"`)
    expect(text).toContain('AWS_ACCESS_KEY_ID=LOCAL0123456789ABCDE ')
    expect(text).toContain(`curl -X POST http://127.0.0.1:${port}/v1/events`)
  })

  it('says where the page of all routes is, or what it needs and how that is installed', async () => {
    const local = await descriptionAt(4700)
    const [url, lacking] = ['http://127.0.0.1:4700/_docs', 'which is not installed: npm install swagger-ui-dist@5']
    const shown = banner(local, { ...printed, hasPage: true })
    expect(shown).toContain(`\nEvery route: ${url} (a page), http://127.0.0.1:4700/openapi.json (OpenAPI).\n`)
    expect(shown).not.toContain('swagger-ui-dist')
    const without = banner(local, { ...printed, hasPage: false })
    expect(without).toContain(`\nThe page of them, ${url}, needs swagger-ui-dist, ${lacking}\n`)
  })
})

describe('what the banner says of a configuration', () => {
  const sessions = { issuer: 'https://id.example.com', audience: 'a', roleClaim: 'role', tenantClaim: 'tenant' }
  const jwksUrl = 'https://id.example.com/jwks.json'
  const none = { file: '/f.ts', settings: {}, mounts: [], ignored: [] }
  const linesFor = async (configured: Configured) => {
    const text = banner(await descriptionAt(4700), { ...printed, configured })
    return text.split('\n').filter(line => /^(?:Configuration|Contracts|Sessions|Not followed)/.test(line))
  }

  it('is nothing without one', async () => {
    expect(await linesFor({ ...none, file: null })).toEqual([])
  })

  it('is where its contracts are, and that those of Keyturn that it does not mount are here too', async () => {
    const mounts = [...allContracts.slice(2), acmeworks].map(contract => ({ contract, basePath: `/${contract.name}` }))
    expect(await linesFor({ ...none, mounts })).toEqual([
      'Configuration: /f.ts.',
      'Contracts: storno at /storno, featurebase at /featurebase, teambattles at /teambattles, keyturn at /keyturn, acmeworks at /acmeworks; not mounted by it, and here all the same: tumban, thesignup.',
    ])
    const all = allContracts.map(contract => ({ contract, basePath: '' }))
    expect((await linesFor({ ...none, mounts: all }))[1]).toBe(
      'Contracts: tumban, thesignup, storno, featurebase, teambattles, keyturn.',
    )
  })

  it('is which settings the run follows and which it does not', async () => {
    const settings = { deliveries: { pauseAfterHours: 3 }, sessions: { ...sessions, jwksUrl } }
    const lines = await linesFor({ ...none, settings, ignored: ['stage', 'deliveries.vpc'] })
    expect(lines[0]).toBe('Configuration: /f.ts (deliveries.pauseAfterHours).')
    expect(lines.slice(2)).toEqual([
      "Sessions: the local run's own; those of https://id.example.com, which is elsewhere, are 401 here.",
      'Not followed here: stage, deliveries.vpc.',
    ])
  })
})

/** The app with one endpoint of the contract, and the command that its banner has for it. */
async function bed(contract: Contract) {
  const made = harness([contract])
  const seed = ownSeed({ contract, basePath: '' })
  const { tenantId } = seed
  const { endpoint } = await made.endpoint(contract, tenantId)
  const { apiKey } = contract.credentials
  const described = {
    tenantId,
    endpointId: endpoint.id,
    mirror: '',
    ...(apiKey === undefined ? {} : { apiKey: await made.apiKey(contract, tenantId) }),
    adminSession: sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenantId] }),
    memberSession: sessionToken({ id: 'bob', role: 'member', tenantIds: [tenantId] }),
  }
  const local = await descriptionAt(4700)
  const contracts = { ...local.contracts, [contract.name]: described }
  const text = banner({ ...local, contracts }, { ...printed, seeds: [...seedContracts, seed] })
  return { made, endpoint, tenantId, text, command: commandOf(text, contract.name) }
}

/** The last one: own contracts stand after those that come with Keyturn. */
function commandOf(text: string, name: string): string {
  return [...text.matchAll(new RegExp(`^# ${name}(?::.*)?\n(curl .*)$`, 'gm'))].at(-1)?.[1] ?? ''
}

async function printedFor(contract: Contract): Promise<CurlRequest> {
  return curlRequest((await bed(contract)).command)
}

const { access } = operationOf(acmeworks, 'rotate') ?? {}
const inSession = { session: { roles: ['member'] } } as const

/** What no contract of the others has. */
const further: readonly Contract[] = [
  {
    ...brambleway,
    name: 'nested',
    rotateBody: { ownSecret: { ...brambleway.rotateBody.ownSecret, field: 'config.secret' } },
    operations: brambleway.operations.map(operation =>
      operation.use === 'rotate' ? { ...operation, when: { 'config.secret': { $present: true } } } : operation,
    ),
  },
  { ...acmeworks, name: 'quoting', rotateBody: { constants: { why: `it's "due" & $HOME`, '?by': 'a b&c' } } },
  { ...acmeworks, name: 'keyed', idempotencyKey: { rule: 'required', in: '?once' } },
  {
    ...acmeworks,
    name: 'members',
    credentials: { ...acmeworks.credentials, sessions: true },
    operations: acmeworks.operations.map(operation => ({ ...operation, access: inSession })),
  },
  { ...acmeworks, name: 'versioned', apiVersions: { header: 'Acme-Version', known: ['2', '1'] } },
]

describe('the printed curl', () => {
  it.each([...allContracts, ...allMadeUp, ...further].map(contract => [contract.name, contract] as const))(
    'rotates at %s, minutes after it was printed',
    async (_, contract) => {
      expect(contractFaults(contract)).toEqual([])
      const { made, endpoint, tenantId, command } = await bed(contract)
      made.clock.now = addSeconds(NOON, 300)
      const { method, url, headers, body } = curlRequest(command)
      const { pathname, search } = new URL(url)
      const reply = await made.send(method, pathname + search, { headers, ...(body === undefined ? {} : { body }) })
      expect({ status: reply.status, text: reply.text }).toMatchObject({
        status: operationOf(contract, 'rotate')?.reply.status,
      })
      const stored = await made.deps.store.load({ tenantId, endpointId: endpoint.id })
      expect(stored?.ring.version).toBe(endpoint.ring.version + 1)
    },
  )

  it('writes names of headers as people do, and none that the hook sends for itself', async () => {
    expect(Object.keys((await printedFor(acmeworks)).headers)).toEqual(['Authorization'])
    expect(Object.keys((await printedFor(lanternkey)).headers)).toEqual([
      'Authorization',
      'X-Lantern-Intent',
      'Content-Type',
    ])
    expect(Object.keys((await printedFor(northlight)).headers)).toEqual(['Authorization', 'North-Until'])
  })

  it('says what makes a PATCH a rotation', async () => {
    const { body } = await printedFor(harborline)
    expect(JSON.parse(body ?? '')).toEqual({ rotation: { now: true, note: 'scheduled ro' } })
  })

  it('sends back what the vendor shows of the endpoint of the local run', async () => {
    const { body } = await printedFor(thornfield)
    expect(JSON.parse(body ?? '')).toEqual({
      hook: { target: 'https://receiver.example/thornfield', secret: expect.stringMatching(/^[0-9a-f]{64}$/) },
      labels: ['*'],
    })
  })

  it('says where another idempotency key is to stand, where each rotation needs one', async () => {
    expect((await bed(lanternkey)).text).toMatch(/^# lanternkey: another rotation needs another request\.token$/m)
    expect((await bed(quarterdeck)).text).toMatch(/^# quarterdeck: another rotation needs another Idempotency-Key$/m)
    expect((await bed(acmeworks)).text).toMatch(/^# acmeworks$/m)
  })

  it('is none where a contract has no rotation', async () => {
    const reading: Contract = {
      ...acmeworks,
      name: 'reading',
      operations: [
        {
          use: 'get',
          method: 'GET',
          path: '/r/{id}',
          access: access ?? {},
          reply: { status: 200, body: { id: 'id' } },
        },
      ],
    }
    expect((await bed(reading)).text).not.toMatch(/undefined|^# reading/m)
  })
})
