import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StrictRequest {
  readonly method: string
  /** As it was sent: nothing is decoded. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface StrictReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text is sent as it stands, anything else as JSON. */
  readonly body?: unknown
}

export interface StrictServer {
  readonly url: string
  /** Every request, in order: method and path. */
  readonly received: readonly string[]
  /**
   * What becomes of the next calls, one each: a reply instead of the vendor's own; `lost`, the call takes effect and its
   * connection ends; `cut`, it ends before the call is looked at.
   */
  readonly next: (StrictReply | 'lost' | 'cut')[]
  close(): Promise<void>
}

const json = 'application/json; charset=utf-8'

/** A vendor's API on this machine. */
export async function startStrictServer(answer: (request: StrictRequest) => StrictReply): Promise<StrictServer> {
  const received: string[] = []
  const next: StrictServer['next'] = []
  const server = createServer((incoming, response) => {
    void readAll(incoming).then(text => {
      const { method = '', url: path = '', headers } = incoming
      received.push(`${method} ${path}`)
      const planned = next.shift()
      if (planned === 'cut') return incoming.socket.destroy()
      const isOwn = planned === undefined || planned === 'lost'
      const reply = isOwn ? answer({ method, path, headers, text }) : planned
      if (planned === 'lost') return incoming.socket.destroy()
      const { status, headers: more, body } = reply
      const [type, content] = typeof body === 'string' ? ['text/plain', body] : [json, JSON.stringify(body)]
      return response.writeHead(status, { 'content-type': type, ...more }).end(content)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    next,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The object of a JSON text; null: it is none. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** A delivery as the vendor sends it. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A vendor whose receivers choose the secret. */
export interface Forge extends StrictServer {
  /** What it signs with; null: nothing. */
  readonly secret: () => string | null
  /** A delivery that it would send now. */
  readonly deliver: () => Promise<Delivery>
}
