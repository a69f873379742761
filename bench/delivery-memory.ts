import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { functionEnvironment } from '../local/local-aws'
import { buildMounted, endBuilder } from '../scripts/bundle'
import type { Row } from './interleaved'

const endpoints = 10_000
const mostRatio = 1.2
const run = promisify(execFile)

/** What the built function keeps in memory once it has delivered to 10,000 endpoints: its caches are bounded. */
export async function memoryRows(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-memory-'))
  let received = 0
  const receiver = createServer((request, response) => {
    received += 1
    request.resume().on('end', () => response.end('ok'))
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  try {
    await buildMounted(folder, { deliver: 'bench/delivery-memory-process.ts' })
    await endBuilder()
    const bundle = join(folder, 'deliver/index.js')
    const env = functionEnvironment({ name: 'deliver', bundle, aws: 'http://127.0.0.1:1' })
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    const { stderr } = await run(process.execPath, [bundle, url], { env, maxBuffer: 64 * 1024 * 1024 })
    if (received !== endpoints) throw new Error(`${received} deliveries came instead of ${endpoints}`)
    return rowsOf(JSON.parse(stderr) as readonly [number, number])
  } finally {
    receiver.closeAllConnections()
    receiver.close()
    await rm(folder, { recursive: true })
  }
}

function rowsOf([few, many]: readonly [number, number]): readonly Row[] {
  const ratio = many / few
  return [
    { name: 'memory of `deliver` after 10,000 endpoints', value: many, unit: 'MB', ok: true },
    { name: 'the same against 1,000', value: ratio, unit: '×', target: `≤ ${mostRatio}`, ok: ratio <= mostRatio },
  ]
}
