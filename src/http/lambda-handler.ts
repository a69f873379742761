import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { App } from './app'

export type LambdaHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>

/** Serves events of an HTTP API (payload format 2.0). It only converts: event to request, response to result. */
export function lambdaHandler(app: App): LambdaHandler {
  return async event => {
    const { requestId } = event.requestContext
    const response = await app.fetch(requestOf(event), { requestId })
    const body = await response.text()
    return { statusCode: response.status, headers: Object.fromEntries(response.headers), body, isBase64Encoded: false }
  }
}

function requestOf(event: APIGatewayProxyEventV2): Request {
  const { method } = event.requestContext.http
  const headers = new Headers(Object.entries(event.headers).map(([name, value]) => [name, asBytes(value ?? '')]))
  const given = bodyOf(event)
  const body = /^(?:GET|HEAD)$/.test(method) ? null : given
  // `Request` takes no body with a GET, which may still be too large.
  if (given) headers.set('content-length', String(given.length))
  const url = `https://${event.requestContext.domainName}${encodedPath(event.rawPath)}?${event.rawQueryString}`
  try {
    return new Request(url, { method, headers, body })
  } catch {
    // `Request` knows no TRACE, say. No route has such a method, and none has this one.
    return new Request(url, { method: 'NONE', headers })
  }
}

/** HTTP APIs hand the path over decoded, so a `#`, a `?` or a `%` in it is a character of the path. */
function encodedPath(rawPath: string): string {
  return rawPath.split('/').map(encodedSegment).join('/')
}

/** A URL has no way to write a segment `.` or `..`: it goes as `%`, which is no id and no part of a route either. */
function encodedSegment(segment: string): string {
  return /^\.\.?$/.test(segment) ? '%25' : encodeURIComponent(segment.toWellFormed())
}

/** A header's bytes, each as one character, which is how `Headers` wants what is not ASCII. */
function asBytes(value: string): string {
  return /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value
}

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer<ArrayBuffer> | null {
  return body === undefined ? null : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
}
