import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the server does with one request: answers, never answers, or ends the connection. */
export type Turn = Reply | 'silence' | 'hang-up'

export interface ScriptedVendor {
  readonly url: string
  readonly received: readonly Received[]
  /** From now on nothing listens there. */
  stop(): Promise<void>
  close(): Promise<void>
}

/** An HTTP server that does with each request what its turn says; the last turn goes on for ever. */
export async function startScriptedVendor(turns: readonly Turn[]): Promise<ScriptedVendor> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void readAll(request).then(body => {
      const turn = turns[Math.min(received.length, turns.length - 1)] ?? 'silence'
      received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body })
      take(turn, request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop,
    close: stop,
  }
}

function take(turn: Turn, request: IncomingMessage, response: ServerResponse): void {
  if (turn === 'silence') return
  if (turn === 'hang-up') return void request.socket.destroy()
  const { body = {} } = turn
  const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  response.writeHead(turn.status, { 'content-type': 'application/json', ...turn.headers }).end(content)
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
