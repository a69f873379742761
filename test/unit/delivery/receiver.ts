import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from '../../support/tls/self-signed'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  /** `http://127.0.0.1:<port>`, or `https:` with a certificate */
  readonly url: string
  readonly received: Received[]
  /** How it answers from now on: 200 until it is told otherwise. */
  answer: Respond
  /** Open requests now, and the most that there ever were. */
  readonly open: { now: number; most: number }
  close(): Promise<void>
}

export type Respond = (response: ServerResponse, request: Received) => void

/** A receiver of webhooks on loopback that keeps all that it gets. */
export async function startReceiver(certificate: Certificate | null = null): Promise<Receiver> {
  const received: Received[] = []
  const open = { now: 0, most: 0 }
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    open.now += 1
    open.most = Math.max(open.most, open.now)
    response.once('close', () => (open.now -= 1))
    void readText(request).then(body => {
      const one = { path: request.url ?? '', headers: request.headers, body }
      received.push(one)
      receiver.answer(response, one)
    })
  }
  const server = certificate === null ? createServer(take) : createTlsServer(certificate, take)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: Receiver = {
    url: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: response => response.end('ok'),
    open,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return receiver
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
