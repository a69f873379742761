import { randomUUID } from 'node:crypto'
import { gatewayEvent } from '../../local/gateway-event'
import { lambdaHandler } from '../../src/http/lambda-handler'
import type { MatchRequest } from '../../src/http/match-route'
import type { Serve } from '../../src/http/serve'

/** A request as the app sees it. */
export async function requestOf(request: Request): Promise<MatchRequest> {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method,
    path: decodedPath(pathname),
    query: search.slice(1),
    headers: new Map(request.headers),
    body: Buffer.from(await request.arrayBuffer()),
  }
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What the app answers to a request that comes through API Gateway and the Lambda handler. */
export async function fetchFrom(app: Serve, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const given = {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    rawHeaders: [...request.headers].flat(),
    sourceIp: '203.0.113.1',
    body: Buffer.from(await request.arrayBuffer()),
  }
  const match = { routeKey: '$default', pathParameters: {} }
  const event = gatewayEvent(given, { match, requestId: randomUUID(), now: new Date() })
  const { statusCode = 0, headers, cookies = [], body } = await lambdaHandler(app)(event)
  const all = new Headers(toText(headers ?? {}))
  for (const cookie of cookies) all.append('set-cookie', cookie)
  return new Response(body === '' ? null : (body ?? null), { status: statusCode, headers: all })
}

function toText(headers: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
