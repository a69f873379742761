import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type WireFault = 'killed-before' | 'reply-dropped'

/** Counts the requests of several proxies together, and strikes one of them. */
export interface Gate {
  /** How many requests came since `arm`. */
  count(): number
  /** Strikes the nth request from now on, counted from 0; null strikes none. */
  arm(at: number | null, fault: WireFault): void
  /** What happens to the request that comes now. */
  next(): WireFault | null
}

export function newGate(): Gate {
  let count = 0
  let armed: { readonly at: number | null; readonly fault: WireFault } = { at: null, fault: 'killed-before' }
  return {
    count: () => count,
    arm: (at, fault) => {
      count = 0
      armed = { at, fault }
    },
    next: () => {
      const strikes = count === armed.at
      count += 1
      return strikes ? armed.fault : null
    },
  }
}

export interface FaultProxyOptions {
  readonly target: string
  readonly gate: Gate
  /** Ends whoever makes the requests. */
  readonly kill: () => Promise<void>
  /** A request header that is not passed on. */
  readonly without: string | null
}

export interface FaultProxy {
  readonly url: string
  close(): Promise<void>
}

/** Passes requests on to `target`, but for the one that the gate strikes. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const server = createServer((request, response) => void pass(options, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function pass(options: FaultProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fault = options.gate.next()
  if (fault === 'killed-before') {
    await options.kill()
    return void response.destroy()
  }
  const reply = await forward(options, request)
  if (fault === 'reply-dropped') return void response.destroy()
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'application/json' })
  response.end(Buffer.from(await reply.arrayBuffer()))
}

async function forward({ target, without }: FaultProxyOptions, request: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const dropped = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect', without]
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' && !dropped.includes(name) ? [[name, value] as const] : [],
  )
  const body = chunks.length === 0 ? null : Buffer.concat(chunks)
  return fetch(target + (request.url ?? ''), {
    method: request.method ?? 'GET',
    headers: Object.fromEntries(headers),
    body,
  })
}
