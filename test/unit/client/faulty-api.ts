import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { keyturn } from '../../../src/contracts/keyturn'
import { fetchFrom } from '../../support/fetch-from'
import { ownEndpoint } from '../http/own-endpoint'

/** What is done to a request instead of answering it. */
export type Fault =
  /** The app performs it; the connection ends without a reply. */
  | 'lose the reply'
  /** The app performs it; half of the reply comes. */
  | 'halve the reply'
  /** The connection ends before the app has it. */
  | 'lose the request'
  /** Nothing comes, and the connection stays. */
  | 'hang'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The whole API, with models in memory, over HTTP; and what goes wrong between it and its callers. */
export async function faultyApi() {
  const { app, apiKey, token, id, tables } = await ownEndpoint()
  const faults: Fault[] = []
  const seen: Seen[] = []
  const waiting: ((request: Seen) => void)[] = []
  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const body = await buffer(request)
    const one = { method, path, headers, body: body.toString() }
    seen.push(one)
    const fault = faults.shift()
    if (fault === 'lose the request') response.destroy()
    else if (typeof fault === 'object') response.writeHead(fault.status, fault.headers).end(fault.body)
    else if (fault !== 'hang') {
      const named = Object.entries(headers).map(([name, value]) => [name, String(value)])
      const content = body.length === 0 ? {} : { body }
      const given = new Request(url + path, { method, headers: Object.fromEntries(named), ...content })
      const reply = await fetchFrom(app, given)
      if (fault === 'lose the reply') response.destroy()
      else await send(response, reply, fault === 'halve the reply')
    }
    waiting.shift()?.(one)
  }

  return {
    url,
    token,
    id,
    tables,
    seen,
    /** Makes an API key for all tenants, as a platform has one. */
    platformToken: () => apiKey(keyturn, '', { name: 'platform', tenantIds: 'all' }),
    /** What goes wrong with the next requests, one after the other. */
    fail: (...next: readonly Fault[]) => void faults.push(...next),
    /** Resolves once the next request was dealt with. */
    nextRequest: () => new Promise<Seen>(resolve => waiting.push(resolve)),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function send(response: ServerResponse, reply: Response, isHalved: boolean): Promise<void> {
  const text = await reply.text()
  response.writeHead(reply.status, { ...Object.fromEntries(reply.headers), 'content-length': Buffer.byteLength(text) })
  if (!isHalved) return void response.end(text)
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}
