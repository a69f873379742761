import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LocalDescription } from '../local/local-description'
import { freePorts } from '../test/support/local-run'
import type { Figure } from './figure'

/** After the first of these everything is loaded and every pool is full. */
const counts = [20_000, 100_000, 200_000] as const
const concurrent = 32
/** Every so many requests one comes on a connection of its own. */
const ownConnection = 20
const mostGrowth = 1.1

interface Megabytes {
  readonly held: number
  readonly resident: number
}

/** What the process of the local run keeps in memory over 200,000 requests: of its gateway and its embedded AWS server. */
export async function benchGatewayMemory(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-gateway-'))
  const args = ['--port', String(await freePorts()), '--data-dir', dataDir]
  const file = join(__dirname, 'gateway-memory-process.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const local = await nextOf<LocalDescription>(lines)
    const agent = new Agent({ keepAlive: true, maxSockets: concurrent })
    const seen: Megabytes[] = []
    let sent = 0
    for (const count of counts) {
      await sendAll(requestsTo(local, agent), count - sent)
      sent = count
      child.stdin.write('\n')
      seen.push(await nextOf<Megabytes>(lines))
    }
    agent.destroy()
    return figuresOf(seen)
  } finally {
    child.stdin.end()
    await ended
    await rm(dataDir, { recursive: true })
  }
}

async function nextOf<Value>(lines: AsyncIterator<string>): Promise<Value> {
  const { value, done } = await lines.next()
  if (done === true) throw new Error('the local run ended')
  return JSON.parse(value) as Value
}

function figuresOf(seen: readonly Megabytes[]): readonly Figure[] {
  const figures = seen.flatMap(({ held, resident }, place) => [
    { name: `memory of the gateway's thread after ${counts[place]} requests`, value: held, unit: 'MB' },
    { name: `the same of the process with all functions`, value: resident, unit: 'MB' },
  ])
  const [, middle, last] = seen
  if (middle === undefined || last === undefined) throw new Error('nothing was measured')
  const growth = last.held / middle.held
  return [...figures, { name: 'growth of the thread, 200,000 : 100,000', value: growth, unit: '×', most: mostGrowth }]
}

type Send = (n: number) => Promise<void>

async function sendAll(send: Send, count: number): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await send((next += 1))
  }
  await Promise.all(Array.from({ length: concurrent }, lane))
}

/** Requests of several kinds in turn, answered and refused. */
function requestsTo({ api, contracts: { keyturn } }: LocalDescription, agent: Agent): Send {
  const authorization = `Bearer ${keyturn.apiKey}`
  const one = `/v1/endpoints/${keyturn.endpointId}`
  const kinds = [
    { path: '/health', headers: {}, status: 200 },
    { path: one, headers: { authorization }, status: 200 },
    { path: one, headers: {}, status: 401 },
    { path: '/v1/endpoints?limit=1', headers: { authorization }, status: 200 },
    { path: '/v1/nothing', headers: {}, status: 404 },
  ] as const
  return async n => {
    const { path, headers, status } = kinds[n % kinds.length] ?? kinds[0]
    const on = n % ownConnection === 0 ? new Agent() : agent
    const answered = await statusOf(new URL(path, api), { headers, agent: on })
    if (answered !== status) throw new Error(`${path} answered ${answered}`)
  }
}

async function statusOf(url: URL, options: { readonly headers: Record<string, string>; readonly agent: Agent }) {
  const sent = request(url, options).end()
  const [reply] = await once(sent, 'response')
  reply.resume()
  await once(reply, 'end')
  return Number(reply.statusCode)
}
