import type { IncomingMessage } from 'node:http'

/** One HTTP request, read whole. */
export interface GatewayRequest {
  readonly method: string
  /** Still percent-encoded, without the query. */
  readonly path: string
  /** As sent, without the question mark. */
  readonly query: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly sourceIp: string
  readonly body: Buffer
}

/** What API Gateway takes at most. */
const maximumBytes = 10 * 1024 * 1024

/** The request, or `too-large` with a body over 10 MB, which is not kept. */
export async function readRequest(request: IncomingMessage): Promise<GatewayRequest | 'too-large'> {
  const body = await readBody(request)
  if (body === null) return 'too-large'
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
