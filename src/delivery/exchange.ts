import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { keptBodyBytes, type DeliveryRequest, type ReceiverReply } from './send'

export interface Connection {
  readonly url: URL
  readonly agent: Agent
  readonly signal: AbortSignal
}

/** Node answers longer headers with an error of its own. */
const maxHeaderSize = 8 * 1024
/** A body that goes on longer is not read to its end. */
const mostBodyBytes = 64 * 1024

/**
 * One POST and its reply. A connection that was kept, and that the receiver had closed meanwhile, is replaced once.
 * Nothing that a receiver does makes it last longer than `connection.signal`.
 * @throws what Node gives, until the reply's headers are there; from then on the reply stands as far as it came
 */
export async function exchange(
  delivery: DeliveryRequest,
  connection: Connection,
): Promise<Omit<ReceiverReply, 'kind' | 'durationMs'>> {
  const response = await answerTo(delivery, connection).catch((error: unknown) => {
    if (error instanceof KeptConnectionClosed) return answerTo(delivery, connection)
    throw error
  })
  const body = await startOf(response, connection.signal)
  return { status: response.statusCode ?? 0, headers: headersOf(response), body }
}

/** Nothing of the request was answered: the receiver had closed a connection that was kept from an earlier one. */
class KeptConnectionClosed extends Error {
  readonly code = 'ECONNRESET'
}

/** The receiver answered, but with no reply to the request. */
class NotAReply extends Error {
  readonly code = 'HPE_NOT_A_REPLY'
}

function answerTo(delivery: DeliveryRequest, connection: Connection): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = start(delivery, connection)
    request.once('response', resolve)
    request.on('error', (error: Error) => {
      reject(wasClosed(request, error) ? new KeptConnectionClosed('closed', { cause: error }) : error)
    })
    // 101: Node hands the connection over, and gives neither a response nor an error from then on.
    request.once('upgrade', (_response, socket) => socket.destroy())
    request.once('close', () => reject(new NotAReply('closed without a reply')))
    connection.signal.addEventListener('abort', () => reject(new Error('the time is over')), { once: true })
    request.end(delivery.body)
  })
}

function start({ headers, body }: DeliveryRequest, { url, agent, signal }: Connection): ClientRequest {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const length = { 'content-length': String(Buffer.byteLength(body, 'utf8')) }
  return request(url, { method: 'POST', headers: { ...headers, ...length }, agent, signal, maxHeaderSize })
}

/** Node's documentation of `request.reusedSocket`. */
function wasClosed(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

/** The start of the body as text. It ends early where the receiver, or the time, does. */
async function startOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const kept: Buffer[] = []
  let bytes = 0
  const end = (): void => void response.destroy()
  signal.addEventListener('abort', end)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (bytes < keptBodyBytes) kept.push(chunk)
      bytes += chunk.length
      if (bytes > mostBodyBytes) break
    }
  } catch (error) {
    response.destroy(error instanceof Error ? error : undefined)
  } finally {
    signal.removeEventListener('abort', end)
  }
  return Buffer.concat(kept).subarray(0, keptBodyBytes).toString('utf8')
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}
