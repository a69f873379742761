import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { noReply, type VendorError, type VendorReply } from './vendor-failure'
import { readJson } from './vendor-reply'
import type { VendorHttpRequest } from './vendor-request'

/** How long one call may take. */
export interface Patience {
  /** Until the connection is made: the name looked up, TCP and TLS. */
  readonly connectTimeoutMs: number
  /** Until the reply is read, connecting included. */
  readonly timeoutMs: number
}

/**
 * The reply to one request, over a connection of its own: on one that is kept from before, nothing tells whether a
 * request was taken. `fetch` does not say whether anything was sent, and has no limit for connecting that can be set.
 * @throws {VendorError} `vendor-unreachable` while nothing of the request was sent; later `vendor-timeout`,
 *   `vendor-connection-lost`
 */
export async function sendRequest(
  url: string,
  request: VendorHttpRequest,
  { connectTimeoutMs, timeoutMs }: Patience,
): Promise<VendorReply> {
  const ending = new AbortController()
  let isConnected = false
  const connecting = setTimeout(() => ending.abort(), connectTimeoutMs)
  const replying = setTimeout(() => ending.abort(), timeoutMs)
  const connected = (): void => {
    isConnected = true
    clearTimeout(connecting)
  }
  try {
    const response = await open(url, request, { signal: ending.signal, connected })
    const { statusCode = 0, headers } = response
    const body = await readJson(response, headers['content-encoding'] ?? '')
    return { status: statusCode, retryAfter: headers['retry-after'] ?? null, headers, body }
  } catch (error) {
    throw failureOf(error, { isConnected, isTimedOut: ending.signal.aborted })
  } finally {
    clearTimeout(connecting)
    clearTimeout(replying)
  }
}

interface Opening {
  readonly signal: AbortSignal
  /** Called once the connection is made. Nothing of the request is sent before. */
  readonly connected: () => void
}

function open(
  url: string,
  { method, headers, body }: VendorHttpRequest,
  { signal, connected }: Opening,
): Promise<IncomingMessage> {
  const isSecure = url.startsWith('https:')
  return new Promise((resolve, reject) => {
    const sending = (isSecure ? httpsRequest : httpRequest)(url, { method, headers, agent: false, signal })
    sending.once('socket', socket => socket.once(isSecure ? 'secureConnect' : 'connect', connected))
    sending.once('response', resolve).on('error', reject)
    sending.end(body ?? undefined)
  })
}

interface Progress {
  readonly isConnected: boolean
  readonly isTimedOut: boolean
}

function failureOf(error: unknown, { isConnected, isTimedOut }: Progress): VendorError {
  if (!isConnected || isRefusedHandshake(error)) return noReply('vendor-unreachable')
  return noReply(isTimedOut ? 'vendor-timeout' : 'vendor-connection-lost')
}

/**
 * In TLS 1.3 a server refuses a client, for want of a certificate for one, when the client takes the handshake for done
 * (RFC 8446, section 4.4.2.4). It has read nothing of the request then. Alerts of a connection in use are other ones.
 */
function isRefusedHandshake(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const refusals = /^ERR_SSL_\w+_ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/
  return typeof code === 'string' && refusals.test(code)
}
