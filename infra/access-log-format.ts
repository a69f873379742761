/**
 * One JSON object a request. Of what API Gateway can put here, this is what holds no header, no query and no body, and
 * the route instead of the path.
 */
const fields = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.message',
}

export const accessLogFormat = JSON.stringify(fields)
