import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Receiver } from './receiver'

const maximumBytes = 1024 * 1024

/** An HTTP server that takes deliveries. It answers 413 above 1 MiB, and 500 where a genuine delivery was not accepted. */
export function receiverServer(receive: Receiver): Server {
  return createServer((request, response) => {
    void reply(receive, request, response)
  })
}

async function reply(receive: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request)
    const { status, headers } = body === null ? tooLarge : await receive(body, request.headers)
    response.writeHead(status, { ...headers }).end()
  } catch (error) {
    console.error('a delivery could not be taken', error)
    response.writeHead(500).end()
  }
}

const tooLarge = { status: 413, headers: { connection: 'close' } }

/** The body, or null where it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > maximumBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
