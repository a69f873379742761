import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { runScript } from '../support/run-script'

// Links that open the portal, against the whole local run: the functions are bundles, each behind its own routes.

let run: TestLocalRun

beforeAll(async () => {
  run = await startLocalRun()
})

afterAll(() => run.stop())

/** What the page does once its reader goes on. */
async function exchange(url: string): Promise<{ readonly status: number; readonly headers: Record<string, string> }> {
  const { origin, hash } = new URL(url)
  const reply = await fetch(`${run.local.api}/v1/portal-sessions/exchange`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.slice(1), nonce: 'n'.repeat(43) }),
  })
  const { id } = (await reply.json()) as { readonly id: string }
  const cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { status: reply.status, headers: { cookie, 'keyturn-portal-session': id } }
}

async function sessionOf(headers: Record<string, string>): Promise<unknown> {
  return (await fetch(`${run.local.api}/v1/session`, { headers })).json()
}

async function follow(path: string): Promise<string> {
  const reply = await fetch(run.local.api + path, { redirect: 'manual' })
  expect([path, reply.status]).toEqual([path, 303])
  return reply.headers.get('location') ?? ''
}

describe('the links that npm start prints', () => {
  it.each(['tumban', 'thesignup', 'storno', 'featurebase', 'teambattles', 'keyturn'] as const)(
    'open the portal for the tenant of %s, as often as they are followed',
    async contract => {
      expect(run.output()).toContain(`${run.local.api}/_portal/${contract}\n`)
      const urls = [await follow(`/_portal/${contract}`), await follow(`/_portal/${contract}`)]
      expect(new Set(urls).size).toBe(2)
      for (const url of urls) {
        const { status, headers } = await exchange(url)
        expect(status).toBe(200)
        const { tenantId } = run.local.contracts[contract]
        expect(await sessionOf(headers)).toMatchObject({ kind: 'portal', tenantId, subject: 'local-admin' })
      }
    },
  )

  it.each([
    ['tumban', 'admin', ['read', 'rotate', 'write', 'test']],
    ['tumban', 'member', ['read']],
    ['keyturn', 'admin', ['read', 'rotate', 'write', 'test']],
  ] as const)('hand a session of %s with the role %s to a page around the portal', async (contract, role, scopes) => {
    const url = await follow(`/_portal/${contract}/${role}`)
    expect(url).toMatch(new RegExp(`^${run.local.aws}/_portal-parent#eyJ`))
    const authorization = `Bearer ${new URL(url).hash.slice(1)}`
    const session = await sessionOf({ authorization })
    const authenticatedAt = expect.stringMatching(/^20/)
    expect(session).toMatchObject({ kind: 'session', subject: `local-${role}`, scopes, authenticatedAt })
  })
})

describe('keyturn portal-link', () => {
  const portalLink = (...args: readonly string[]) => runScript('cli/keyturn.ts', ['portal-link', ...args])

  it('makes a link for the local run’s tenant that only reads, and one that does what it is told', async () => {
    const plain = await portalLink('--data-dir', run.dataDir, '--json')
    const { url } = JSON.parse(plain.stdout) as { readonly url: string }
    const { tenantId } = run.local.contracts.keyturn
    expect(await sessionOf((await exchange(url)).headers)).toMatchObject({
      tenantId,
      subject: 'operator',
      scopes: ['read'],
    })
    const told = [
      '--tenant',
      'acme',
      '--subject',
      'user-7',
      '--name',
      'Ada',
      '--scope',
      'read,rotate',
      '--scope',
      'test',
    ]
    const full = await portalLink('--data-dir', run.dataDir, ...told, '--seconds', '300', '--endpoint', 'ep_1')
    const [line = ''] = full.stdout.split('\n')
    expect(await sessionOf((await exchange(line)).headers)).toMatchObject({
      tenantId: 'acme',
      subject: 'user-7',
      displayName: 'Ada',
      scopes: ['read', 'rotate', 'test'],
      endpointIds: ['ep_1'],
    })
  })

  it('says what is wrong in one line, and shows no key', async () => {
    const wrong = [
      [['--data-dir', run.dataDir, '--scope', 'everything'], '--scope must be'],
      [['--data-dir', run.dataDir, '--tenant', 'bad/id'], '--tenant takes'],
      [['--data-dir', run.dataDir, '--seconds', 'long'], '--seconds'],
      [['--data-dir', run.dataDir, '--api', run.local.api], '--data-dir'],
      [['--api', 'http://hooks.example'], 'https'],
      [['--api', run.local.api], 'KEYTURN_API_KEY'],
    ] as const
    for (const [args, word] of wrong) {
      const { exitCode, stderr } = await portalLink(...args)
      expect([args, exitCode, stderr.trim().split('\n').length]).toEqual([args, 1, 1])
      expect(stderr).toContain(word)
      expect(stderr).not.toContain('kt_')
    }
  })
})
