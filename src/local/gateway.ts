import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodedSegment } from './decoded-segment'
import { gatewayEvent } from './gateway-event'
import { gatewayError, gatewayReply } from './gateway-reply'
import type { GatewayReply } from './gateway-reply'
import { readRequest } from './gateway-request'
import type { GatewayRequest } from './gateway-request'
import { InvocationError } from './invocation'
import { closeServer, listen } from './listen'
import { routeTable } from './route-table'
import type { GatewayRoute } from './route-table'

export interface GatewayOptions<Name extends string> {
  readonly port: number
  readonly routes: readonly GatewayRoute<Name>[]
  /** @throws {InvocationError} */
  readonly invoke: (name: Name, event: object) => Promise<unknown>
  readonly now: () => Date
}

export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Takes no new requests and resolves once the open ones are answered, 2 s later at most. */
  close(): Promise<void>
}

/** An HTTP API of API Gateway on 127.0.0.1, with Lambda integrations in payload format 2.0. */
export async function startGateway<Name extends string>(options: GatewayOptions<Name>): Promise<Gateway> {
  const answer = answering(options)
  const server = createServer({ maxHeaderSize: maximumHeaderBytes }, (request, response) => {
    void handle(answer, request, response)
  })
  const url = await listen(server, options.port)
  return { url, close: () => closeServer(server) }
}

/** API Gateway's limit of the request line and all headers together; above it, 431. */
const maximumHeaderBytes = 10240

type Answer = (request: GatewayRequest, requestId: string) => Promise<GatewayReply>

async function handle(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = `${randomBytes(11).toString('base64url')}=`
  try {
    const read = await readRequest(request)
    send(response, read === 'too-large' ? gatewayError(413) : await answer(read, requestId), requestId)
  } catch {
    if (response.headersSent || response.destroyed) response.destroy()
    else send(response, gatewayError(500), requestId)
  }
}

function answering<Name extends string>({ routes, invoke, now }: GatewayOptions<Name>): Answer {
  const find = routeTable(routes)
  return async (request, requestId) => {
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

const statusOf = { threw: 500, ended: 502, late: 503 } as const

function send(response: ServerResponse, { status, headers, body }: GatewayReply, requestId: string): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  response.writeHead(status, { ...headers, 'apigw-requestid': requestId, ...length }).end(body)
}
