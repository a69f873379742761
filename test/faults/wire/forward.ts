import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http'
import { readBody } from '../../../local/aws-server/http'

export interface Forwarded {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Sends requests on to one server. */
export interface Forwarder {
  forward(request: IncomingMessage, body: Buffer): Promise<Forwarded>
  close(): void
}

/** Servers end a connection after 5 s without a request; one that they may just be ending is not used again. */
const idleMs = 2000

/** `without`: a request header that is not sent on. */
export function forwarder(target: string, without: string | null): Forwarder {
  const agent = new Agent({ keepAlive: true, timeout: idleMs })
  return {
    forward: ({ method, url, headers }, body) =>
      new Promise((resolve, reject) => {
        const options = { agent, method, headers: withoutHeader(headers, without) }
        const onward = httpRequest(new URL(url ?? '/', target), options, reply => {
          readBody(reply).then(
            text => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: text }),
            reject,
          )
        })
        onward.on('error', reject).end(body)
      }),
    close: () => agent.destroy(),
  }
}

function withoutHeader(headers: IncomingMessage['headers'], without: string | null): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== without))
}
