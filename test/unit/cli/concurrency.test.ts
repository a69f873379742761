import { afterEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { checkConcurrency, type ConcurrencyNeeds, lambdaClient } from '../../../cli/concurrency'
import { closeServer, listen } from '../../../local/listen'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

interface StubbedAccount {
  readonly quota: number
  readonly unreserved: number
  /** What functions have reserved, by name; any other function is not there. */
  readonly reserved?: Readonly<Record<string, number>>
  /** The status of every reply; default 200. */
  readonly refuses?: number
}

/** Lambda as far as a deployment asks it. Returns its URL. */
async function startLambda({ quota, unreserved, reserved = {}, refuses }: StubbedAccount): Promise<string> {
  const server = createServer((request, response) => {
    const [, name = ''] = /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/.exec(request.url ?? '') ?? []
    const isThere = name === '' ? request.url?.startsWith('/2016-08-19/account-settings') : name in reserved
    response.statusCode = refuses ?? (isThere ? 200 : 404)
    if (refuses !== undefined) response.setHeader('x-amzn-errortype', 'AccessDeniedException')
    else if (!isThere) response.setHeader('x-amzn-errortype', 'ResourceNotFoundException')
    const limits = { AccountLimit: { ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved } }
    response.end(JSON.stringify(name === '' ? limits : { ReservedConcurrentExecutions: reserved[name] }))
  })
  const url = await listen(server, 0)
  closers.push(() => closeServer(server))
  return url
}

const region = 'eu-central-1'
const all = { rotate: 20, endpoints: 20, sweep: 2, access: 2 }

/** What was said; the last line is why nothing was deployed, if so. */
async function check(account: StubbedAccount, needs: Partial<ConcurrencyNeeds> = {}): Promise<readonly string[]> {
  const endpoint = await startLambda(account)
  const client = lambdaClient({ endpoint, region, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } })
  closers.push(() => client.destroy())
  const said: string[] = []
  try {
    await checkConcurrency(client, { stage: 'dev', region, ...needs }, line => said.push(line))
  } catch (error) {
    said.push(String(error))
  }
  return said
}

describe('an account with the usual quota', () => {
  const account = { quota: 1000, unreserved: 1000 }

  it('takes the defaults, and is told what to reserve', async () => {
    expect(await check(account)).toEqual([
      'Functions that run at once in eu-central-1: quota 1000, 1000 not reserved by others.',
      'Recommended: reservedConcurrency: { rotate: 20, endpoints: 20, sweep: 2, access: 2 }, deliveries: { concurrency: 50 }.',
    ])
  })

  it('takes reservations that leave 100, and refuses one more', async () => {
    const rotate = 900 - 24
    expect(await check(account, { reservedConcurrency: { ...all, rotate } })).toHaveLength(2)
    expect((await check(account, { reservedConcurrency: { ...all, rotate: rotate + 1 } })).at(-1)).toMatch(
      /nothing was deployed: reservedConcurrency takes 901, and the account has 900 to reserve: .* 100 have to stay unreserved\. Reserve less, or ask for a greater quota/,
    )
  })

  it('counts what the stage itself has reserved as its own, and what others have as gone', async () => {
    const reserved = {
      'keyturn-dev-rotate': 20,
      'keyturn-dev-endpoints': 20,
      'keyturn-dev-sweep': 2,
      'keyturn-dev-access': 2,
    }
    const again = await check({ quota: 1000, unreserved: 100, reserved }, { reservedConcurrency: all })
    expect(again).toEqual([expect.stringContaining('quota 1000, 144 not reserved'), expect.anything()])
    const others = await check({ quota: 1000, unreserved: 100 }, { reservedConcurrency: all })
    expect(others.at(-1)).toMatch(/has 0 to reserve: .* Leave it out, or ask/)
  })
})

describe('a new account, whose quota is 10', () => {
  const account = { quota: 10, unreserved: 10 }

  it('is refused every reservation, since all 10 have to stay unreserved', async () => {
    const said = await check(account, { reservedConcurrency: { rotate: 1 }, deliveries: { concurrency: 2 } })
    expect(said.at(-1)).toMatch(/reservedConcurrency takes 1, and the account has 0 to reserve: .* 10 have to stay/)
  })

  it('is refused deliveries that would leave nothing to those who revoke, and told how many fit', async () => {
    expect(await check(account)).toEqual([
      'Functions that run at once in eu-central-1: quota 10, 10 not reserved by others.',
      expect.stringMatching(/^Recommended: no reservedConcurrency, deliveries: \{ concurrency: 6 \}, and to ask for a/),
      expect.stringMatching(/deliveries\.concurrency is 50, .* set deliveries: \{ concurrency: 6 \} or less, or ask/),
    ])
    expect(await check(account, { deliveries: { concurrency: 6 } })).toHaveLength(2)
    expect(await check(account, { deliveries: { concurrency: 7 } })).toHaveLength(3)
  })

  it('is told to ask for more where not even two deliveries fit', async () => {
    const said = await check({ quota: 10, unreserved: 4 }, { deliveries: { concurrency: 2 } })
    expect(said.at(-1)).toMatch(/share 4 in this account .* Therefore ask for a greater quota/)
  })
})

it('takes any number of deliveries where all functions that revoke have reserved theirs', async () => {
  const needs = { reservedConcurrency: all, deliveries: { concurrency: 900 } }
  expect(await check({ quota: 1000, unreserved: 1000 }, needs)).toHaveLength(2)
})

it('an account that may not be read is not checked, and that is said', async () => {
  expect(await check({ quota: 10, unreserved: 10, refuses: 403 })).toEqual([
    'How many functions this account runs at once could not be read (AccessDeniedException), so it was not checked.',
  ])
})

it('keyturn deploy refuses before anything else is called', async () => {
  const url = await startLambda({ quota: 10, unreserved: 10 })
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-quota-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'cdktf.json'), JSON.stringify({ projectId: 'keyturn' }))
  const config = { stage: 'dev', region, contracts: [{ contract: 'keyturn' }], mirror: 'on' }
  writeFileSync(join(folder, 'keyturn.config.mjs'), `export default ${JSON.stringify(config)}\n`)
  const root = resolve(__dirname, '../../..')
  const child = spawn(
    process.execPath,
    ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'cli/keyturn.ts'), 'deploy'],
    {
      cwd: folder,
      env: {
        ...process.env,
        KEYTURN_CONFIG: 'keyturn.config.mjs',
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const printed = [text(child.stdout), text(child.stderr)]
  const [exitCode] = await once(child, 'close')
  const [out, err = ''] = await Promise.all(printed)
  expect([exitCode, out]).toEqual([1, ''])
  expect(err).toMatch(/quota 10, 10 not reserved.*\nRecommended: .*\nkeyturn: nothing was deployed: deliveries\./)
})
