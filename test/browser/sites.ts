import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// Somebody else's sites on this machine. To a browser another port is another origin of the same site, and `localhost` is
// another site than `127.0.0.1`.

export interface Site {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** `http://localhost:<port>`, the same server. */
  readonly elsewhere: string
  /** What it was asked, oldest first. */
  readonly asked: readonly AskedRequest[]
  close(): Promise<void>
}

export interface AskedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface SiteReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A server that gives everybody the same reply: by default a page with nothing in it. */
export async function startSite({ status = 200, headers = page, body = emptyPage }: SiteReply = {}): Promise<Site> {
  const asked: AskedRequest[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    elsewhere: `http://localhost:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const page = { 'content-type': 'text/html' }
const emptyPage = '<!doctype html><title>Somebody else</title><link rel="icon" href="data:,"><body>'
