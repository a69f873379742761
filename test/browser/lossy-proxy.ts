import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The proxy of a browser, for `http:` alone, which loses replies. */
export interface LossyProxy {
  readonly url: string
  /** Whether the reply to a request is lost: what it asks for is done, and nobody hears of it. */
  loses: (method: string, path: string) => boolean
  /** Bodies of the replies that were lost. */
  readonly lost: readonly string[]
  close(): Promise<void>
}

/** Passes everything until it is told otherwise. */
export async function startLossyProxy(): Promise<LossyProxy> {
  const lost: string[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    // A proxy is asked for whole URLs.
    const isLost = proxy.loses(method, new URL(url).pathname)
    pass(request, response, isLost ? text => lost.push(text) : null)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loses: () => false,
    lost,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return proxy
}

/** `lose` takes a reply that the browser does not get; null: it gets it. */
function pass(request: IncomingMessage, response: ServerResponse, lose: ((text: string) => void) | null): void {
  const { method, headers, url = '' } = request
  const onward = requestOf(url, { method, headers }, reply => {
    if (lose !== null)
      return void readText(reply)
        .then(lose)
        .finally(() => response.destroy())
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(response)
  })
  onward.once('error', () => response.destroy())
  request.pipe(onward)
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
