import { AwsError } from './aws-error'

/** One request to a JSON-protocol AWS service, taken off the wire. */
export interface AwsCall {
  /** What follows the full stop of `X-Amz-Target`, such as `GetSecretValue`. */
  readonly operation: string
  readonly region: string
  /** The host by which the caller reached this, such as `127.0.0.1:4701`. */
  readonly host: string
  /** Aborts when the caller hangs up, and when the endpoint is to close: a long wait ends then. */
  readonly signal: AbortSignal
  readonly input: Readonly<Record<string, unknown>>
}

/** Answers one call with the members of the reply. @throws {AwsError} every refusal */
export type AwsService = (call: AwsCall) => Promise<object>

const scope = /Credential=[^/,\s]+\/[0-9]{8}\/([a-z0-9-]+)\//

/** The region of the credential scope (`Credential=<id>/<yyyymmdd>/<region>/…`), us-east-1 where there is none. */
export function regionOf(authorization: string | undefined): string {
  return scope.exec(authorization ?? '')?.[1] ?? 'us-east-1'
}

/** The members of a request body; an empty body has none, and a member that is null counts as absent. @throws {AwsError} */
export function inputOf(body: Buffer): Readonly<Record<string, unknown>> {
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

export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', 'The requested operation is not known here.')
}
