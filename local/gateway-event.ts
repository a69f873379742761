import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { RouteMatch } from './route-table'

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

export interface EventOptions {
  readonly match: Pick<RouteMatch<string>, 'routeKey' | 'pathParameters'>
  readonly requestId: string
  readonly now: Date
}

/**
 * The event that a function gets for a request from an HTTP API, in payload format 2.0. As in AWS, `rawPath` is
 * percent-decoded (what does not decode stays as it was sent), and a body is text only with a content type of `text/*`,
 * `application/json`, `application/xml` or `application/javascript`.
 */
export function gatewayEvent(request: GatewayRequest, options: EventOptions): APIGatewayProxyEventV2 {
  const { routeKey, pathParameters } = options.match
  const { cookie, ...headers } = headersOf(request.rawHeaders)
  const rawPath = decodedPath(request.path)
  const parameters = queryParameters(request.query)
  const userAgent = headers['user-agent'] ?? ''
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: request.query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers: {
      ...headers,
      'x-forwarded-for': request.sourceIp,
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    },
    ...(isEmpty(parameters) ? {} : { queryStringParameters: parameters }),
    requestContext: requestContext({ ...request, path: rawPath, userAgent }, options),
    ...(isEmpty(pathParameters) ? {} : { pathParameters }),
    ...bodyOf(request.body, headers['content-type']),
  }
}

/** Sent between two hops only, so a function never sees them. */
const hopHeaders = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/** Lower-case names; what came more than once is joined with commas, cookies with semicolons. */
export function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const value = rawHeaders[at + 1] ?? ''
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`)
  }
  return Object.fromEntries([...headers].filter(([name]) => !hopHeaders.includes(name)))
}

/** An encoded slash stays as it is: it does not separate segments, so it must not make another path. */
export function decodedPath(path: string): string {
  return path
    .split(/(\/|%2f)/i)
    .map((part, at) => (at % 2 === 0 ? decodedSegment(part) : part))
    .join('')
}

/** A part of a path, decoded. One that does not decode stays as it is, for the function to refuse. */
export function decodedSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function queryParameters(query: string): Record<string, string> {
  const values = new URLSearchParams(query)
  return Object.fromEntries([...new Set(values.keys())].map(name => [name, values.getAll(name).join(',')]))
}

function isEmpty(record: Readonly<Record<string, string>>): boolean {
  return Object.keys(record).length === 0
}

interface ShownRequest extends Pick<GatewayRequest, 'method' | 'path' | 'sourceIp'> {
  readonly userAgent: string
}

function requestContext(
  { method, path, sourceIp, userAgent }: ShownRequest,
  { match, requestId, now }: EventOptions,
): APIGatewayProxyEventV2['requestContext'] {
  return {
    accountId: '000000000000',
    apiId: 'local',
    domainName: 'local.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'local',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent },
    requestId,
    routeKey: match.routeKey,
    stage: '$default',
    time: clfTime(now),
    timeEpoch: now.getTime(),
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** As in common log files: `21/Nov/2026:09:03:05 +0000`. */
function clfTime(now: Date): string {
  const [date = '', time = ''] = now.toISOString().slice(0, 19).split('T')
  const [year, , day] = date.split('-')
  return `${day}/${months[now.getUTCMonth()]}/${year}:${time} +0000`
}

const textTypes = /^(?:text\/[^;]+|application\/(?:json|xml|javascript))\s*(?:;|$)/i

function bodyOf(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  if (textTypes.test(contentType ?? '')) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}
