import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import * as v from 'valibot'

// AWS JSON 1.1, the protocol that every service here speaks: what a service gets, what it throws, and how both travel.

/** The AWS account that everything here belongs to. */
export const accountId = '000000000000'

/** One request to an AWS service, taken off the wire. */
export interface AwsRequest {
  /** What follows the full stop of `X-Amz-Target`, such as `GetSecretValue`. */
  readonly operation: string
  readonly region: string
  /** The host by which the caller reached this, such as `127.0.0.1:4701`. */
  readonly host: string
  /** Aborts when the caller hangs up, and when the server is to close: a long wait ends then. */
  readonly signal: AbortSignal
  readonly input: Readonly<Record<string, unknown>>
}

/** Answers one request with the members of the reply. @throws {AwsError} every refusal */
export type AwsService = (request: AwsRequest) => Promise<object>

/** A refusal as AWS names it: `type` is the exception's name, `message` is shown to the caller and never holds a value. */
export class AwsError extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status = 400) {
    super(message)
    this.name = type
    this.type = type
    this.status = status
  }
}

export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', 'The requested operation is not known here.')
}

const scope = /Credential=[^/,\s]+\/[0-9]{8}\/([a-z0-9-]+)\//

/** The region of the credential scope (`Credential=<id>/<yyyymmdd>/<region>/…`), us-east-1 where there is none. */
export function regionOf(authorization: string | undefined): string {
  return scope.exec(authorization ?? '')?.[1] ?? 'us-east-1'
}

const credential = /Credential=([^/,\s]+)\//

/**
 * Looks who signed, but not whether the signature is right.
 * @throws {AwsError} `MissingAuthenticationTokenException` without a signature, `UnrecognizedClientException` for
 * another access key id
 */
export function checkAccessKeyId(authorization: string | undefined, expected: string): void {
  const [, given] = credential.exec(authorization ?? '') ?? []
  if (given === undefined) throw new AwsError('MissingAuthenticationTokenException', 'The request is not signed.')
  if (given === expected) return
  throw new AwsError(
    'UnrecognizedClientException',
    'The access key id is not that of this local run: local.json in its data folder has it as accessKeyId.',
  )
}

/** The members of a request body; an empty body has none, and a member that is null counts as absent. @throws {AwsError} */
export function inputOf(body: Buffer): AwsRequest['input'] {
  const parsed = body.length === 0 ? {} : parse(body)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw unreadable()
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null))
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw unreadable()
    throw cause
  }
}

function unreadable(): AwsError {
  return new AwsError('SerializationException', 'The request body is not a JSON object.')
}

/**
 * The input as the schema types it; unknown members are dropped, as AWS does.
 * @throws {AwsError} `SerializationException` for another JSON type, `ValidationException` for a missing member or one
 * out of its limits. The message names the member, never its value.
 */
export function parseInput<Schema extends v.GenericSchema>(
  schema: Schema,
  input: AwsRequest['input'],
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw refusal(parsed.issues[0])
}

function refusal(issue: v.BaseIssue<unknown>): AwsError {
  const path = v.getDotPath(issue) ?? ''
  const member = path.charAt(0).toLowerCase() + path.slice(1)
  if (issue.kind === 'schema' && issue.type !== 'picklist' && issue.received !== 'undefined') {
    return new AwsError('SerializationException', `Unexpected type at '${member}'.`)
  }
  const constraint =
    issue.kind === 'schema' ? 'Member must not be null' : `Member is outside its limits (${issue.type})`
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}

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
