import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { ApiRequest } from './request'
import type { Serve } from './serve'

export type LambdaHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>

/** Serves events of an HTTP API (payload format 2.0). It only converts: event to request, reply to result. */
export function lambdaHandler(app: Serve): LambdaHandler {
  return async event => {
    const { status, headers, cookies = [], body } = await app(requestOf(event))
    const set = cookies.length === 0 ? {} : { cookies: [...cookies] }
    return { statusCode: status, headers: { ...headers }, ...set, body, isBase64Encoded: false }
  }
}

function requestOf(event: APIGatewayProxyEventV2): ApiRequest {
  const { requestId, http } = event.requestContext
  return {
    id: requestId,
    method: http.method,
    path: event.rawPath,
    query: event.rawQueryString,
    headers: new Map(Object.entries(event.headers).map(([name, value]) => [name, value ?? ''])),
    cookies: event.cookies ?? [],
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  }
}
