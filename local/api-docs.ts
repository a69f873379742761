import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { apiPage, blocksOf, type Callable, type PageReply } from '../scripts/api-page/page'
import { paste, type Pasting } from '../scripts/api-page/paste'
import { standIns } from '../scripts/api-page/stand-ins'
import { systemCode } from '../scripts/files'
import type { Json } from '../src/contracts/shape'
import { Closers } from './closers'
import { quietSdk } from './operator-error'
import { localFile } from './local-description'
import { startLocalRun } from './local-run'
import { seedPlan, type SeedContract } from './seed-plan'

// docs/api.md, made by asking a local run all that the page asks.

export const apiPageFile = join(__dirname, '../docs/api.md')

const { keyturn, ...vendors } = seedPlan

/** Our own API first, then the vendors. */
export const callables: readonly Callable[] = [keyturn, ...Object.values(vendors)].map(callableOf)

function callableOf({ contract, apiKeys, sessions }: SeedContract): Callable {
  const [apiKey = null] = Object.keys(apiKeys)
  const [session = null] = Object.keys(sessions)
  return { contract, apiKey, session }
}

/** The replies to a page's requests, as a page shows them. */
export async function repliesTo(page: string, pasting: Pasting): Promise<readonly PageReply[]> {
  const shown = standIns(new Date())
  const replies = await paste(blocksOf(page), pasting)
  return replies.map(({ status, body }) => ({ status, body: body === '' ? null : shown(JSON.parse(body) as Json) }))
}

/** The page with the replies of a local run of its own. */
async function newPage(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-api-page-'))
  const closers = new Closers()
  try {
    const options = {
      port: await freePorts(),
      dataDir,
      buildDir: resolve('.build'),
      config: null,
      fresh: false,
      quiet: true,
    }
    await startLocalRun(options, closers)
    const pasting = { folder: resolve(__dirname, '..'), localFile: localFile(dataDir) }
    return apiPage(callables, await repliesTo(apiPage(callables, []), pasting))
  } finally {
    await closers.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** A port that is free together with the next one. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = await portOf(0)
    if (port !== null && port < 65_535 && (await portOf(port + 1)) !== null) return port
  }
}

/** The port, where it is free; 0: any. */
async function portOf(port: number): Promise<number | null> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' ? (address?.port ?? null) : null
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') return null
    throw error
  } finally {
    server.close()
  }
}

async function write(): Promise<void> {
  quietSdk()
  const page = await newPage()
  writeFileSync(apiPageFile, page)
  process.exit(0)
}

if (require.main === module) void write()
