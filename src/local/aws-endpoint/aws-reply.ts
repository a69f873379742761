import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { AwsError } from './aws-error'

/** Answers in AWS JSON 1.1: a `Date` becomes seconds since 1970. */
export function sendReply(response: ServerResponse, reply: object): void {
  send(response, 200, reply)
}

/** Answers a refusal; anything that is not an `AwsError` is an internal error without detail. */
export function sendError(response: ServerResponse, error: unknown): void {
  const { type, message, status } = error instanceof AwsError ? error : internal
  send(response, status, { __type: type, Message: message, message })
}

const internal = new AwsError('InternalServiceError', 'An error occurred on the server side.', 500)

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(withSeconds(body))
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-amzn-requestid': randomUUID(),
  })
  response.end(text)
}

function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return value.map(withSeconds)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withSeconds(member)]))
}
