import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Cors } from '../src/contracts/cors'
import { isAllowedCaller } from './browser-guard'
import { crossOriginHeaders, preflightHeaders } from './cross-origin'
import { InvocationError } from './function-worker'
import { decodedPath, decodedSegment, gatewayEvent, type GatewayRequest, headersOf } from './gateway-event'
import { gatewayError, gatewayReply, type GatewayReply } from './gateway-reply'
import { closeServer, keepConnections, listen } from './listen'
import type { AnsweredRequest } from './request-line'
import { type GatewayRoute, routeTable } from './route-table'

export interface GatewayOptions<Name extends string> {
  readonly port: number
  /** Of pages that may call, besides the API's own. Default: none. */
  readonly cors?: Cors | undefined
  readonly routes: readonly GatewayRoute<Name>[]
  /** Pages beside the API, by their paths, which no gateway of AWS's has. Default: none. */
  readonly pages?: ReadonlyMap<string, Page>
  /** @throws {InvocationError} */
  readonly invoke: (name: Name, event: object) => Promise<unknown>
  readonly now: () => Date
  /** Told of every request that was answered. Default: nobody is. */
  readonly answered?: (request: AnsweredRequest) => void
}

/** A reply, or what makes one for each request. */
export type Page = GatewayReply | (() => Promise<GatewayReply>)

export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Takes no new requests and resolves once the open ones are answered, 2 s later at most. */
  close(): Promise<void>
}

/** An HTTP API of API Gateway on 127.0.0.1, with Lambda integrations in payload format 2.0. */
export async function startGateway<Name extends string>(options: GatewayOptions<Name>): Promise<Gateway> {
  const { cors } = options
  const integration = lambdaIntegration(options)
  const reply = (request: IncomingMessage, response: ServerResponse): void => {
    const requestId = newRequestId()
    const tell = tellerOf(options, request, requestId)
    if (!isAllowedCaller(request.headers, cors?.origins ?? [])) {
      return tell(send(response, gatewayError(403), requestId), null)
    }
    response.setHeaders(new Map(Object.entries(crossOriginHeaders(cors, request))))
    const allowed = preflightHeaders(cors, request)
    if (allowed === null) void handle({ integration, requestId, tell }, request, response)
    else tell(send(response, { status: 204, headers: allowed, body: Buffer.alloc(0) }, requestId), null)
  }
  const server = createServer({ maxHeaderSize: maximumHeaderBytes }, reply)
  server.on('checkExpectation', reply)
  server.on('clientError', refuseUnreadable)
  keepConnections(server)
  const url = await listen(server, options.port)
  return { url, close: () => closeServer(server) }
}

/** API Gateway's limit of the request line and all headers together; above it, 431. */
const maximumHeaderBytes = 10240

/** From a request to the reply of the function behind its route. */
type Integration = (request: GatewayRequest, requestId: string) => Promise<GatewayReply>

interface Handling {
  readonly integration: Integration
  readonly requestId: string
  readonly tell: Teller
}

async function handle(
  { integration, requestId, tell }: Handling,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let read: GatewayRequest | null = null
  try {
    read = await readRequest(request)
    tell(send(response, read === null ? gatewayError(413) : await integration(read, requestId), requestId), read)
  } catch {
    if (response.headersSent || response.destroyed) response.destroy()
    else tell(send(response, gatewayError(500), requestId), read)
  }
}

/** Tells of a request once it is answered with the status. Null: it was not read. */
type Teller = (status: number, read: GatewayRequest | null) => void

function tellerOf<Name extends string>(
  { answered, now }: GatewayOptions<Name>,
  { method = 'GET', url = '/' }: IncomingMessage,
  requestId: string,
): Teller {
  if (answered === undefined) return () => undefined
  const [at, since] = [now(), performance.now()]
  const [path = '/'] = url.split('?', 1)
  return (status, read) => {
    const { query = '', rawHeaders = [], body = Buffer.alloc(0) } = read ?? {}
    const headers = new Map(Object.entries(headersOf(rawHeaders)))
    const milliseconds = performance.now() - since
    answered({ at, method, path: decodedPath(path), query, headers, body, status, milliseconds, requestId })
  }
}

function newRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`
}

/** What API Gateway takes at most. */
const maximumBytes = 10 * 1024 * 1024

/** The request; null with a body over 10 MB, which is not kept. */
async function readRequest(request: IncomingMessage): Promise<GatewayRequest | null> {
  const body = await readBody(request)
  if (body === null) return null
  const { method = 'GET', url = '/', rawHeaders, socket } = request
  const [path = '/', ...query] = url.split('?')
  return { method, path, query: query.join('?'), rawHeaders, sourceIp: socket.remoteAddress ?? '127.0.0.1', body }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maximumBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  return bytes > maximumBytes ? null : Buffer.concat(chunks)
}

function lambdaIntegration<Name extends string>({ routes, pages, invoke, now }: GatewayOptions<Name>): Integration {
  const find = routeTable(routes)
  return async (request, requestId) => {
    const page = request.method === 'GET' ? pages?.get(request.path) : undefined
    if (page !== undefined) return typeof page === 'function' ? page() : page
    const match = find(request.method, request.path.slice(1).split('/').map(decodedSegment))
    if (match === null) return gatewayError(404)
    const event = gatewayEvent(request, { match, requestId, now: now() })
    try {
      return gatewayReply(await invoke(match.function, event))
    } catch (error) {
      if (error instanceof InvocationError) return gatewayError(statusOf[error.fault])
      throw error
    }
  }
}

/** Refuses what is no HTTP request, in the words that Node.js would use. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const status = unreadable[error.code ?? ''] ?? '400 Bad Request'
  const headers = Object.entries({ ...safeHeaders, connection: 'close' }).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n'))
}

const unreadable: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

const statusOf = { threw: 500, ended: 502, late: 503 } as const

/** The gateway's own replies say what the functions' replies do. */
const safeHeaders = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" }

/** Answers, and returns the status. */
function send(response: ServerResponse, { status, headers, body }: GatewayReply, requestId: string): number {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  response.writeHead(status, { ...safeHeaders, ...headers, 'apigw-requestid': requestId, ...length }).end(body)
  return status
}
