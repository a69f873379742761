import type { IncomingMessage } from 'node:http'
import { type Cors, exposedHeaders, preflightSeconds } from '../src/contracts/cors'

// What API Gateway answers by itself to pages of the configuration's `corsOrigins`.

type Headers = Readonly<Record<string, string>>

/** The headers of every reply to such a page; none to others. */
export function crossOriginHeaders(cors: Cors | undefined, { headers: { origin } }: IncomingMessage): Headers {
  if (cors === undefined || origin === undefined || !cors.origins.includes(origin)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders.join(',') }
}

/** Those of the answer to a browser that asks what a page may send; null: the request is for a route. */
export function preflightHeaders(cors: Cors | undefined, { method, headers }: IncomingMessage): Headers | null {
  const asks = method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers
  if (cors === undefined || !asks) return null
  return {
    'access-control-allow-methods': cors.methods.join(','),
    'access-control-allow-headers': cors.headers.join(','),
    'access-control-max-age': String(preflightSeconds),
  }
}
