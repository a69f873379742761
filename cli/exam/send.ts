import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type FailureKind, failureKindOf } from '../../src/delivery/failure'
import type { TestDelivery } from './deliveries'
import type { Target } from './target'

// One test delivery on its way: a plain POST, of whose answer only the status counts.

/** What the receiver answered. */
export type Answer =
  | {
      readonly kind: 'status'
      readonly status: number
      /** Whether it says when to send again (`Retry-After`). */
      readonly saysWhen: boolean
    }
  | { readonly kind: 'none'; readonly why: Exclude<FailureKind, 'status'> }

/** Sends to one receiver. Redirects are not followed. */
export interface Sender {
  send(delivery: TestDelivery): Promise<Answer>
  /** Ends whatever is still open. */
  close(): void
}

/** @param timeoutMs of each delivery, for connecting and the status. */
export function senderTo({ url, addresses }: Target, timeoutMs: number): Sender {
  // Not the global agent: it may go through a proxy of the environment.
  const agent = url.protocol === 'https:' ? new HttpsAgent() : new HttpAgent()
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  const lookup: LookupFunction = (_hostname, { all }, callback) => {
    const [first] = addresses
    if (all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
  return {
    send: async ({ headers, body }) => {
      const length = String(Buffer.byteLength(body, 'utf8'))
      const asked = Object.entries({ ...headers, 'content-length': length }).map(
        ([name, value]) => [name, typeof value === 'string' ? value : [...value]] as const,
      )
      const request = start(url, { method: 'POST', agent, lookup, headers: Object.fromEntries(asked) })
      return answerOf(request, { body, timeoutMs })
    },
    close: () => agent.destroy(),
  }
}

interface Sending {
  readonly body: string
  readonly timeoutMs: number
}

async function answerOf(request: ClientRequest, { body, timeoutMs }: Sending): Promise<Answer> {
  let isConnected = false
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    request.destroy()
  }, timeoutMs)
  request.once('socket', socket => socket.once('connect', () => void (isConnected = true)))
  try {
    const { statusCode = 0, headers } = await responseTo(request, body)
    return { kind: 'status', status: statusCode, saysWhen: headers['retry-after'] !== undefined }
  } catch (error) {
    if (isOver) return { kind: 'none', why: isConnected ? 'timeout' : 'connect-timeout' }
    return { kind: 'none', why: failureKindOf(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** The answer, once its status is there. Its body is left unread. */
function responseTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', response => {
      response.on('error', () => undefined)
      resolve(response)
      response.destroy()
    })
    request.on('error', reject)
    request.once('close', () => reject(new Error('closed without an answer')))
    request.end(body)
  })
}
