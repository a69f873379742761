import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Services } from './server'
import { AwsError, inputOf, regionOf, sendError, sendReply, unknownOperation } from './wire'

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

/** What `GET <path>` answers, as JSON. */
export type Pages = Readonly<Record<string, () => unknown>>

export interface Answering {
  readonly services: Services
  readonly pages: Pages
}

/** Answers one request, and resolves when the reply is handed over or nobody waits for it any more. */
export async function answerRequest(
  answering: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new Promise(resolve => response.once('close', resolve))
  try {
    if (request.method === 'GET') sendPage(answering.pages, request, response)
    else await answerCall(answering.services, request, response)
  } catch (error) {
    if (!(error instanceof AwsError) && !request.destroyed) console.error('AWS endpoint:', error)
    sendError(response, error)
  }
  await closed
}

async function answerCall(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
  if (service.startsWith('DynamoDB_')) {
    const { status, headers, text } = await services.dynamoDb.answer(request, body)
    response.writeHead(status, headers).end(text)
    return
  }
  const answer = services.byTarget.get(service)
  if (answer === undefined) throw unknownOperation()
  const { authorization, host = '127.0.0.1' } = request.headers
  const signal = endOf(response, services.closing)
  sendReply(response, await answer({ operation, region: regionOf(authorization), host, signal, input: inputOf(body) }))
}

/** Aborts when the caller is gone, answered or not, and when the endpoint is to close. */
function endOf(response: ServerResponse, closing: AbortSignal): AbortSignal {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  closing.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    closing.removeEventListener('abort', end)
    end()
  })
  return ended.signal
}

function sendPage(pages: Pages, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return void response.writeHead(404).end()
  const text = JSON.stringify(page())
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

const maxBytes = 16 * 1024 * 1024

/** The body of a request. @throws {AwsError} `RequestEntityTooLargeException` above 16 MiB, DynamoDB's limit */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new AwsError('RequestEntityTooLargeException', 'The request is over 16 MiB.', 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
