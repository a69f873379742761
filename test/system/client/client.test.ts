import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { build, type BuildOptions, stop, transform } from 'esbuild'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { methodName } from '../../../scripts/client/client-source'
import { endBuilder } from '../../../scripts/bundle'
import { installPackage } from '../../support/installed-package'
import { startLocalRun, type TestLocalRun } from '../../support/local-run'
import { platformKey } from '../../support/platform-key'
import { startWorkerd, type Workerd } from '../../support/workerd'
import { type Receiver, startReceiver } from '../../unit/delivery/receiver'
import type { Driven, Given } from './drive'
import { startFaultyProxy } from './faulty-proxy'

// The client as the package has it, in each place where it runs, against every route of the local run.

let folder: string
let run: TestLocalRun
let receiver: Receiver
let proxy: Awaited<ReturnType<typeof startFaultyProxy>>
let workerd: Workerd
let credential: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-client-'))
  await bundleDrivers()
  run = await startLocalRun()
  credential = await platformKey(run.local, [run.local.contracts.keyturn.tenantId])
  receiver = await startReceiver()
  proxy = await startFaultyProxy(run.local.api)
  const settings = { module: 'in-worker.mjs', compatibilityFlags: [] }
  const workers = ['2026-11-17', '2023-03-01'].map(compatibilityDate => ({ ...settings, compatibilityDate }))
  workerd = await startWorkerd(folder, workers, ['127.0.0.1/32'])
})

afterAll(async () => {
  expect(await workerd.stop()).toBe('')
  await proxy.close()
  await receiver.close()
  await run.stop()
  await rm(folder, { recursive: true })
})

/** Each with the package as it is installed: inside the project its name would mean its sources. */
async function bundleDrivers(): Promise<void> {
  await installPackage(folder)
  await cp(__dirname, join(folder, 'drivers'), { recursive: true })
  const bundled = (name: string, outfile: string, options: BuildOptions) =>
    build({
      entryPoints: [join(folder, 'drivers', `${name}.ts`)],
      outfile: join(folder, outfile),
      bundle: true,
      logLevel: 'warning',
      ...options,
    })
  const inNode = { platform: 'node', external: ['keyturn/client'] } satisfies BuildOptions
  await bundled('in-node', 'in-node.cjs', { ...inNode, format: 'cjs' })
  await bundled('in-node', 'in-node.mjs', { ...inNode, format: 'esm' })
  const conditions = ['workerd', 'worker', 'browser']
  await bundled('in-worker', 'in-worker.mjs', { format: 'esm', conditions, platform: 'neutral' })
  await bundled('in-browser', 'in-browser.js', { format: 'iife', platform: 'browser' })
  await stop()
  await endBuilder()
}

type Drive = (given: Given) => Promise<Driven>

const inNode =
  (file: string): Drive =>
  async given => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, file), JSON.stringify(given)])
    const { driven, timers } = JSON.parse(stdout) as { readonly driven: Driven; readonly timers: number }
    expect(timers).toBe(0)
    return driven
  }

const inWorkerd =
  (index: number): Drive =>
  async given => {
    const reply = await fetch(workerd.urls[index] ?? '', { method: 'POST', body: JSON.stringify(given) })
    if (!reply.ok) throw new Error(await reply.text())
    return (await reply.json()) as Driven
  }

/** What a page has, and nothing of Node's. */
const webGlobals = {
  fetch,
  URL,
  AbortController,
  setTimeout,
  clearTimeout,
  performance,
  crypto,
  navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
}

const inBrowser: Drive = async given => {
  const context = createContext({ ...webGlobals })
  runInContext(await readFile(join(folder, 'in-browser.js'), 'utf8'), context)
  const { driveInPage } = context as { readonly driveInPage: (given: string) => Promise<string> }
  return JSON.parse(await driveInPage(JSON.stringify(given))) as Driven
}

describe.each<[name: string, drive: Drive, userAgent: RegExp]>([
  ['Node, as a CommonJS module', inNode('in-node.cjs'), /^keyturn-client\//],
  ['Node, as an ES module', inNode('in-node.mjs'), /^keyturn-client\//],
  ['workerd, current', inWorkerd(0), /^keyturn-client\//],
  ['workerd, early', inWorkerd(1), /^keyturn-client\//],
  ['a browser’s globals', inBrowser, /^node$/],
])('in %s', (name, drive, userAgent) => {
  let driven: Driven
  beforeAll(async () => {
    proxy.passed.length = 0
    const { tenantId, platformApiKey: platformCredential } = run.local.contracts.keyturn
    const words = name.replaceAll(/\W+/g, '-')
    driven = await drive({
      baseUrl: proxy.url,
      credential,
      tenantId,
      platformCredential,
      receiver: receiver.url,
      name: words,
    })
  })

  it('it reaches every operation of the description', async () => {
    const { paths } = JSON.parse(await readFile('docs/openapi/keyturn.json', 'utf8')) as DescribedPaths
    const missing = Object.entries(paths).flatMap(([path, methods]) => {
      const form = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      return Object.entries(methods)
        .filter(([method]) => !proxy.passed.some(one => one.method === method.toUpperCase() && form.test(one.path)))
        .map(([, { operationId }]) => methodName(operationId))
    })
    expect(missing).toEqual([])
    expect(Object.keys(paths).length).toBeGreaterThan(15)
  })

  it('it gets what each operation answers', () => {
    expect(driven.replies).toEqual({
      health: 'ok',
      get: true,
      update: 'Driven',
      list: 1,
      listAll: true,
      rotate: [true, true, 'published'],
      abandon: true,
      promote: true,
      rollBack: true,
      revokePrevious: true,
      secretState: [true, 1],
      rotations: true,
      audit: expect.arrayContaining(['abandon', 'create', 'promote', 'publish', 'revoke', 'roll-back', 'update']),
      tenantAudit: 5,
      createApiKey: true,
      listApiKeys: true,
      endCredentials: true,
      session: 'api-key',
      createPortalSession: true,
      exchangePortalSession: ['permission-denied', 'permission-denied'],
      publish: `evt_${name.replaceAll(/\W+/g, '-')}`,
      deliveries: `evt_${name.replaceAll(/\W+/g, '-')}`,
      attempts: ['delivery'],
      sendAgain: { id: expect.any(String), status: 'success' },
      recover: 0,
      test: true,
      probe: 'accepts-anything',
      getHealth: 'active',
    })
  })

  it('it gets the secret of a rotation whose reply was lost, from the one rotation', () => {
    expect(driven.replayed).toEqual({ isSecret: true, keysMade: 1 })
  })

  it('it throws errors of one class, and follows no redirect', () => {
    expect(driven.failures).toEqual({
      unknown: 'not-found',
      stranger: 'invalid-api-key',
      redirected: 'unexpected-reply',
      aborted: 'aborted',
      timeout: 'timeout',
      misused: 'TypeError: id must be a text that is not empty: the id as Keyturn gave it',
      deleted: 'not-found',
    })
  })

  it('it says who it is, where the runtime lets it', () => {
    const agents = new Set(proxy.passed.map(({ headers }) => headers['user-agent']))
    expect([...agents]).toEqual([expect.stringMatching(userAgent)])
  })
})

it('has one class of errors in a process of Node’s that has both kinds of modules', async () => {
  const script = `
    const { KeyturnError } = require('keyturn/client')
    import('keyturn/client').then(module => console.log(module.KeyturnError === KeyturnError))`
  expect((await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder })).stdout).toBe('true\n')
})

describe('its types', () => {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc')
  const tsc = async (...args: readonly string[]): Promise<void> => {
    await promisify(execFile)(process.execPath, [compiler, ...args]).catch((error: { readonly stdout: string }) => {
      throw new Error(error.stdout)
    })
  }
  const check = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'node20', '--target', 'es2023']

  beforeAll(async () => {
    const outDir = join(folder, 'node_modules/keyturn/dist/types/src/client')
    const emit = ['--declaration', '--emitDeclarationOnly', '--outDir', outDir, '--rootDir', 'src/client']
    await tsc('--ignoreConfig', ...check.slice(1), ...emit, 'src/client/index.ts')
  })

  it('need a browser’s alone', async () => {
    await tsc('--ignoreConfig', ...check, '--lib', 'es2023,dom', '--types', '', join(folder, 'drivers/in-browser.ts'))
  })

  it('fit the examples of docs/client.md, which run', async () => {
    const blocks = [...(await readFile('docs/client.md', 'utf8')).matchAll(/^```ts\n([^]*?)^```/gm)]
    const files = blocks.map((_, index) => join(folder, `example-${index}.mts`))
    for (const [index, [, text = '']] of blocks.entries()) await writeFile(files[index] ?? '', text)
    const types = ['--types', 'node', '--typeRoots', resolve('node_modules/@types')]
    await tsc('--ignoreConfig', ...check, '--lib', 'es2023', '--skipLibCheck', ...types, ...files)
    const printed: string[] = []
    for (const file of files) {
      const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts', format: 'esm' })
      await writeFile(file.replace(/mts$/, 'mjs'), code)
      const { apiKey, endpointId } = run.local.contracts.keyturn
      const environment = { KEYTURN_URL: run.local.api, KEYTURN_API_KEY: apiKey, ENDPOINT_ID: endpointId }
      const options = { cwd: folder, env: { ...process.env, ...environment } }
      const { stdout } = await promisify(execFile)(process.execPath, [file.replace(/mts$/, 'mjs')], options)
      printed.push(stdout)
    }
    await stop()
    expect(printed).toEqual([
      expect.stringMatching(/^a new secret of 50 characters; the one before works until \d{4}-/),
      expect.stringMatching(/^ep_local0+1 https:\S+ 2\n[^]*2 null\n$/m),
      'nothing waits to sign\n',
      '',
    ])
    expect(await readFile(join(folder, 'secret'), 'utf8')).toMatch(/^whsec_/)
  })
})

interface DescribedPaths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}
