import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildMounted, endBuilder } from '../scripts/bundle'
import { functionEnvironment } from '../local/function-environment'
import type { Figure } from './figure'

const endpoints = 10_000
const mostRatio = 1.2
const mostMilliseconds = 1
const run = promisify(execFile)

/**
 * What the built function keeps in memory after it has delivered to 10,000 endpoints, which shows that its caches are
 * bounded, and what a delivery takes of the processor, over AWS clients that are stubs and a receiver on loopback.
 */
export async function memoryFigures(): Promise<readonly Figure[]> {
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
    // As a deployment has it: the local run lets a tenant have fewer attempts at once than the stub has lanes.
    const local = functionEnvironment({ name: 'deliver', bundle, aws: 'http://127.0.0.1:1' })
    const env = { ...local, ATTEMPTS_PER_TENANT: '25' }
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    const { stderr } = await run(process.execPath, [bundle, url], { env, maxBuffer: 64 * 1024 * 1024 })
    if (received < endpoints) throw new Error(`${received} deliveries came instead of ${endpoints}`)
    return figuresOf(JSON.parse(stderr) as Measured)
  } finally {
    receiver.closeAllConnections()
    receiver.close()
    await rm(folder, { recursive: true })
  }
}

/** What `delivery-memory-process.ts` prints: megabytes, and milliseconds of one delivery. */
interface Measured {
  readonly megabytes: readonly [few: number, many: number]
  readonly all: number
  readonly sending: number
  readonly stubs: number
}

function figuresOf({ megabytes: [few, many], all, sending, stubs }: Measured): readonly Figure[] {
  return [
    { name: 'memory of `deliver` after 10,000 endpoints', value: many, unit: 'MB' },
    { name: 'the same against 1,000', value: many / few, unit: '×', most: mostRatio },
    { name: 'processor time of a delivery, with sending it', value: all - stubs, unit: 'ms' },
    { name: 'of this, Node alone sending the same', value: sending, unit: 'ms' },
    { name: 'own processor time of a delivery', value: all - stubs - sending, unit: 'ms', most: mostMilliseconds },
  ]
}
