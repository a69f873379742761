import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Passed {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

/** A way to an API that keeps what passes; `/lossy`, `/hanging` and `/redirecting` below it go wrong. */
export async function startFaultyProxy(target: string) {
  const passed: Passed[] = []
  const lost = new Set<unknown>()
  const server = createServer((request, response) => {
    const { url = '', method = '', headers } = request
    const [, fault = '', path = ''] = /^\/(lossy|hanging|redirecting)(\/.*)$/.exec(url) ?? [null, '', url]
    passed.push({ method, path: path.replace(/\?.*/, ''), headers })
    if (fault === 'redirecting') response.writeHead(307, { location: target + path }).end()
    if (fault === 'hanging' || fault === 'redirecting') return
    const key = headers['idempotency-key']
    const isLost = fault === 'lossy' && !lost.has(key)
    lost.add(key)
    forward(request, response, { target: target + path, isLost })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Forward {
  readonly target: string
  /** The API answers, and the caller gets nothing. */
  readonly isLost: boolean
}

function forward(request: IncomingMessage, response: ServerResponse, { target, isLost }: Forward): void {
  const { method, headers } = request
  const onward = requestOf(target, { method, headers }, reply => {
    if (isLost) return void reply.resume().once('end', () => response.destroy())
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(response)
  })
  onward.once('error', () => response.destroy())
  request.pipe(onward)
}
