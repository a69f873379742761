import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exam, type ExamOptions } from '../../../../cli/exam/exam'
import { secretsVariable } from '../../../../cli/exam/secrets'

// A receiver under test is a real server, and the exam is the command's own function.

/** A request as a receiver has it. */
export interface Arrived {
  readonly body: Buffer
  readonly request: IncomingMessage
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** What a receiver answers. What it throws is answered 500. */
export type Receiver = (arrived: Arrived) => Reply | Promise<Reply>

const servers: Server[] = []

/** Listens on 127.0.0.1. @returns its URL */
export async function serve(receiver: Receiver): Promise<string> {
  const server = createServer((request, response) => {
    void answer(receiver, request).then(({ status, headers = {} }) => response.writeHead(status, headers).end())
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}/webhooks`
}

async function answer(receiver: Receiver, request: IncomingMessage): Promise<Reply> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    return await receiver({ body: Buffer.concat(chunks), request })
  } catch {
    return { status: 500 }
  }
}

export function stopServers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
}

export interface ShownRow {
  readonly id: string
  readonly must: 'accept' | 'refuse'
  readonly answer: number | string | null
  readonly verdict: 'right' | 'wrong' | 'n/a'
  readonly reason: string | null
}

export interface Shown {
  readonly exitCode: number
  readonly rows: readonly ShownRow[]
  readonly text: string
  /** The ids of the rows that are wrong. */
  readonly wrong: readonly string[]
  /** The ids of the rows that tell nothing. */
  readonly untold: readonly string[]
}

/** Runs the exam with the secrets of a document or a text. */
export async function examine(url: string, secrets: string, options: ExamOptions = {}): Promise<Shown> {
  const given = { scheme: options.contract === undefined ? 'standard-webhooks' : undefined, ...options }
  const {
    lines,
    json,
    exitCode = 0,
  } = await exam(
    { args: [url], options: defined(given), say: () => undefined },
    { environment: { [secretsVariable]: secrets } },
  )
  const { rows } = json as { readonly rows: readonly ShownRow[] }
  const idsOf = (verdict: ShownRow['verdict']) => rows.filter(row => row.verdict === verdict).map(({ id }) => id)
  return {
    exitCode,
    rows,
    text: `${lines.join('\n')}\n${JSON.stringify(json)}`,
    wrong: idsOf('wrong'),
    untold: idsOf('n/a'),
  }
}

function defined(options: Readonly<Record<string, unknown>>): ExamOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
