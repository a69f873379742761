import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isNativeError } from 'node:util/types'
import type { AgentOf, GuardOptions } from './public-addresses'

/** Sends one request and never rejects. Redirects are not followed. */
export type Send = (request: DeliveryRequest) => Promise<ReceiverReply | NoReply>

/** One HTTP request to a receiver. */
export interface DeliveryRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/** What came back, whatever its status says. */
export interface ReceiverReply {
  readonly kind: 'reply'
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The start of the body as UTF-8, at most 4 KiB. */
  readonly body: string
  readonly durationMs: number
}

/** Nothing came back that is HTTP. */
export interface NoReply {
  readonly kind: 'none'
  readonly error: Exclude<FailureKind, 'status'>
  readonly durationMs: number
}

/**
 * Why a delivery failed. `insecure-url`: not https. `refused-address`: the name leads to an address that is not
 * public. `status`: the receiver answered with another status than the contract takes for success.
 */
export type FailureKind =
  'insecure-url' | 'refused-address' | 'unresolved' | 'unreachable' | 'tls' | 'timeout' | 'bad-response' | 'status'

/** What callers are told. Never an address: it would show what a name resolves to inside. */
export const failureMessages = {
  'insecure-url': 'The URL is not https',
  'refused-address': 'The address is not public',
  unresolved: 'The host name does not resolve',
  unreachable: 'The receiver cannot be reached',
  tls: 'The TLS connection failed',
  timeout: 'The receiver did not answer in time',
  'bad-response': 'The answer is not valid HTTP',
  status: 'The receiver answered with an error',
} as const satisfies Record<FailureKind, string>

export interface HttpSenderOptions extends GuardOptions {
  /** Milliseconds that always rise. */
  readonly clock: () => number
}

/** Sends over HTTP/1.1, to public addresses alone. */
export function httpSender(options: HttpSenderOptions): Send {
  // The guard is loaded with the first delivery: it is most of what the function would import beyond its clients.
  let guard: Promise<AgentOf> | undefined
  return async delivery => {
    guard ??= import('./public-addresses').then(({ guardedAgents }) => guardedAgents(options))
    const agentOf = await guard
    const startedAt = options.clock()
    const took = (): number => Math.round(options.clock() - startedAt)
    const url = new URL(delivery.url)
    const agent = agentOf(url)
    if (typeof agent === 'string') return { kind: 'none', error: agent, durationMs: took() }
    // Not `AbortSignal.timeout`, which keeps request and reply in memory until the whole time is over.
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), delivery.timeoutMs)
    const { signal } = over
    try {
      return { kind: 'reply', ...(await post(delivery, { url, agent, signal })), durationMs: took() }
    } catch (error) {
      return { kind: 'none', error: signal.aborted ? 'timeout' : failureKindOf(error), durationMs: took() }
    } finally {
      clearTimeout(timer)
      // The reply may be there while the body is still on its way, to a receiver that never reads it.
      over.abort()
    }
  }
}

interface Connection {
  readonly url: URL
  readonly agent: Agent
  readonly signal: AbortSignal
}

/** Node answers longer headers with an error of its own. */
const maxHeaderSize = 8 * 1024
const keptBodyBytes = 4096
/** A body that goes on longer is not read to its end. */
const mostBodyBytes = 64 * 1024

/**
 * One POST and its reply. A connection that was kept, and that the receiver had closed meanwhile, is replaced once.
 * Nothing that a receiver does makes it last longer than `connection.signal`.
 * @throws what Node gives, until the reply's headers are there; from then on the reply stands as far as it came
 */
async function post(
  delivery: DeliveryRequest,
  connection: Connection,
): Promise<Omit<ReceiverReply, 'kind' | 'durationMs'>> {
  const response = await responseTo(delivery, connection).catch((error: unknown) => {
    if (error instanceof KeptConnectionClosed) return responseTo(delivery, connection)
    throw error
  })
  const body = await startOfBody(response, connection.signal)
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

function responseTo(delivery: DeliveryRequest, connection: Connection): Promise<IncomingMessage> {
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
async function startOfBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
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

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA', 'ESERVFAIL', 'ETIMEOUT'])

/** Why a request got no reply. An address that the agent refuses comes as an error without a code. */
function failureKindOf(error: unknown): NoReply['error'] {
  if (!isNativeError(error)) return 'unreachable'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout'
  const code = 'code' in error ? String(error.code) : ''
  if (code === '' && error.message.includes('is not allowed')) return 'refused-address'
  if (unresolved.has(code)) return 'unresolved'
  if (code.startsWith('HPE_')) return 'bad-response'
  return isTls(code) ? 'tls' : 'unreachable'
}

/** OpenSSL's own codes, Node's, and those of its certificate checks. */
function isTls(code: string): boolean {
  return /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/.test(code)
}
