import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type LocalRunOptions, startLocalRun, type TestLocalRun } from '../support/local-run'

// The local run and a Chromium, both for one file of tests. Nothing is mocked.

export interface BrowserBed {
  readonly run: TestLocalRun
  /** A tab in a profile of its own. */
  open(options?: BrowserContextOptions): Promise<Tab>
  /** A tab in a browser of its own, whose profile is kept in the folder as a person's is. */
  openKept(folder: string): Promise<Tab>
  /** Closes the browser, and stops the local run with its data. */
  close(): Promise<void>
}

/** A tab, and what went wrong or out in it and in its frames. */
export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  /** What the console and the page's policy complained of, errors that nobody caught, and requests that failed. */
  readonly troubles: readonly string[]
  /** URLs of all requests. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Where Debian has it; `CHROMIUM` names another. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** It looks up no name, so that nothing can leave this machine. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

/** Starts the local run in a folder of its own, and a Chromium with an empty profile. */
export async function browserBed(options: LocalRunOptions = {}): Promise<BrowserBed> {
  const run = await startLocalRun(options)
  const browser = await chromium.launch({ executablePath, args }).catch(async (error: unknown) => {
    await run.stop()
    throw error
  })
  return {
    run,
    open: async options => openTab(await browser.newContext(options)),
    openKept: async folder => openTab(await chromium.launchPersistentContext(folder, { executablePath, args })),
    close: async () => {
      await browser.close()
      await run.stop()
    },
  }
}

/** The URL of a new portal session of the tenant that the local run starts with. */
export async function portalLink({ local: { api, contracts } }: TestLocalRun, session: object = {}): Promise<string> {
  const reply = await fetch(`${api}/v1/portal-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${contracts.keyturn.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ subject: 'ada', scopes: ['read', 'rotate'], ...session }),
  })
  const { url } = (await reply.json()) as { readonly url?: string }
  if (url === undefined) throw new TypeError(`there is no portal session: ${reply.status}`)
  return url
}

async function openTab(context: BrowserContext): Promise<Tab> {
  context.setDefaultTimeout(20_000)
  const troubles: string[] = []
  const requests: string[] = []
  context.on('console', message => {
    if (message.type() !== 'log' && message.type() !== 'info') troubles.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', thrown => troubles.push(`uncaught: ${String(thrown.error())}`))
  context.on('request', request => requests.push(request.url()))
  context.on('requestfailed', request => troubles.push(`failed: ${request.url()} ${request.failure()?.errorText}`))
  return { page: await context.newPage(), context, troubles, requests, close: () => context.close() }
}
