import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { keepConnections, listen } from '../listen'
import { AwsError } from './wire'

/** Answers one request, and resolves once that is done. Must not reject. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface HttpListener {
  readonly url: string
  /** Until this is called, and after `close`, requests are answered 503. */
  serve(handler: RequestHandler): void
  /** Finishes what is being answered and ends every connection. */
  close(): Promise<void>
}

/** Takes a port of 127.0.0.1, 0 being any free one. Rejects with Node's own error where it is taken. */
export async function openListener(port: number): Promise<HttpListener> {
  const underWay = new Set<Promise<void>>()
  let handler = unavailable
  const server = createServer((request, response) => {
    const handled = handler(request, response).finally(() => underWay.delete(handled))
    underWay.add(handled)
  })
  keepConnections(server)
  return {
    url: await listen(server, port),
    serve: served => {
      handler = served
    },
    close: async () => {
      handler = unavailable
      const closed = once(server, 'close')
      server.close()
      await Promise.all(underWay)
      server.closeAllConnections()
      await closed
    },
  }
}

const unavailable: RequestHandler = async (_request, response) => {
  response.writeHead(503, { connection: 'close' }).end()
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
