/** Every way in which a request is refused: its HTTP status and its title. The codes are stable. */
export const problems = {
  'missing-credentials': [401, 'Credentials are missing'],
  'invalid-token': [401, 'The token is not valid'],
  'expired-token': [401, 'The token has expired'],
  'invalid-api-key': [401, 'The API key is not valid'],
  'session-required': [403, 'A dashboard session is required'],
  'role-required': [403, 'The role does not allow this'],
  'permission-denied': [403, 'A permission is missing'],
  'recent-sign-in-required': [403, 'A recent sign-in is required'],
  'plan-required': [403, 'The plan does not include this'],
  'route-not-found': [404, 'No such route'],
  'not-in-this-version': [404, 'Not in this API version'],
  'method-not-allowed': [405, 'Method not allowed'],
  'not-found': [404, 'Not found'],
  'invalid-request': [400, 'The request is not valid'],
  'payload-too-large': [413, 'The body is too large'],
  'consumer-not-reader': [422, 'A consumer is not a reader'],
  'endpoint-exists': [409, 'The endpoint exists'],
  'contract-not-mounted': [409, 'The contract is not mounted'],
  'too-many-endpoints': [409, 'Too many endpoints'],
  'too-many-live-keys': [409, 'Too many live keys'],
  'rotation-in-progress': [409, 'A rotation is in progress'],
  'rotation-conflict': [409, 'Another change came first'],
  'changed-meanwhile': [409, 'The keys have changed meanwhile'],
  'nothing-published': [409, 'No key is published'],
  'key-changed': [409, 'Another key is published'],
  'too-early': [409, 'Receivers may not have the key yet'],
  'nothing-to-roll-back': [409, 'There is no key to return to'],
  'not-proven': [409, 'The key is not proven'],
  'too-late': [409, 'The key before ends too soon'],
  'rotation-superseded': [409, 'A later rotation came'],
  'idempotency-key-reused': [409, 'The idempotency key was used'],
  'endpoint-without-url': [409, 'The endpoint has no URL'],
  'endpoint-paused': [409, 'The endpoint is paused'],
  'endpoint-busy': [429, 'Too many attempts at once'],
  'rotation-cooldown': [429, 'Rotated too recently'],
  'rotation-budget': [429, 'Rotated too often'],
  'outcome-unknown': [503, 'The outcome is not known'],
  unavailable: [503, 'Not available'],
  internal: [500, 'Internal error'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof problems

/** One field at fault: a path into the body, or the header's name. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[]
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Extra reply headers: `Allow` with `method-not-allowed`. */
  readonly allow?: string
  /** For the log only. */
  readonly cause?: unknown
}

/** A refusal that the caller may read: `detail` is public, `cause` is not. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly FieldError[]
  readonly retryAfterSeconds: number | null
  readonly allow: string | null

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.detail = detail
    this.errors = options.errors ?? []
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.allow = options.allow ?? null
  }

  get status(): number {
    return problems[this.code][0]
  }

  get title(): string {
    return problems[this.code][1]
  }
}

/** The refusal of what ends keys, or opens a gap, to a person who may have left the desk. */
export function signInAgain(): Problem {
  return new Problem(
    'recent-sign-in-required',
    'This needs a sign-in within the last five minutes: sign in again, and open the page anew.',
  )
}

/** The one answer for an endpoint that is malformed, unknown, another's, or deleted, be it while the request runs. */
export function noSuchEndpoint(): Problem {
  return new Problem('not-found', 'There is no such endpoint.')
}
