import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpListener {
  readonly url: string
  /** Until this is called, and after `close`, requests are answered 503. */
  serve(answer: Answer): void
  /** Finishes what is being answered and ends every connection. */
  close(): Promise<void>
}

/** Must not reject. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Takes a port of 127.0.0.1, 0 a free one. Rejects with Node's own error where it is taken. */
export async function listen(port: number): Promise<HttpListener> {
  const answering = new Set<Promise<void>>()
  let answer = unavailable
  const server = createServer((request, response) => {
    const answered = answer(request, response).finally(() => answering.delete(answered))
    answering.add(answered)
  })
  // A client that takes up a connection again must not find it just being ended: it would take that for a lost reply.
  server.keepAliveTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: served => {
      answer = served
    },
    close: async () => {
      answer = unavailable
      const closed = once(server, 'close')
      server.close()
      await Promise.all(answering)
      server.closeAllConnections()
      await closed
    },
  }
}

const unavailable: Answer = async (_request, response) => {
  response.writeHead(503, { connection: 'close' }).end()
}
