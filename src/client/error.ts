import type { ProblemCode } from './operations'

/**
 * The problem that Keyturn answered with, or what else kept a call from its reply:
 *
 * - `network`: no reply came, or it broke off. Whether the request did anything is not known.
 * - `timeout`: the reply did not come in time. Whether the request did anything is not known.
 * - `aborted`: the caller's signal ended the call.
 * - `unexpected-reply`: something else than Keyturn's API answered: no JSON, or none that answers the operation, a
 *   redirect, a proxy's error.
 *
 * A newer Keyturn may answer a code that this version does not list, so a `switch` keeps a `default`.
 */
export type KeyturnErrorCode =
  | ProblemCode
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'unexpected-reply'
  | (string & Record<never, never>)

/** One field at fault: a path into the body, or the name of a parameter or header. */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

/** What is known of a failed call, besides its code and detail. */
export interface FailureFacts {
  readonly status?: number
  readonly errors?: readonly FieldFault[]
  readonly retryAfterSeconds?: number | null
  readonly requestId?: string | null
  readonly idempotencyKey?: string | null
}

/**
 * A call that did not end with Keyturn's reply to it. It holds no credential, no secret, and nothing of the request but
 * the idempotency key.
 *
 * @example
 * ```ts
 * import { type KeyturnClient, KeyturnError } from 'keyturn/client'
 *
 * async function retryLater(client: KeyturnClient, id: string, keep: (key: string) => Promise<void>): Promise<void> {
 *   try {
 *     await client.rotate(id)
 *   } catch (error) {
 *     const isOpen = error instanceof KeyturnError && (error.code === 'network' || error.code === 'timeout')
 *     if (!isOpen || error.idempotencyKey === null) throw error
 *     // The same key reveals the same secret, for a day.
 *     await keep(error.idempotencyKey)
 *   }
 * }
 * ```
 */
export class KeyturnError extends Error {
  override readonly name = 'KeyturnError'
  readonly code: KeyturnErrorCode
  /** For people: what is at fault, and what is allowed. */
  readonly detail: string
  /** The HTTP status; null where no reply came. */
  readonly status: number | null
  /** The fields at fault, of `invalid-request`. */
  readonly errors: readonly FieldFault[]
  /** How long the server wants callers to wait; null where it does not say. */
  readonly retryAfterSeconds: number | null
  /** As Keyturn's log names the request; null where no reply of Keyturn's came. */
  readonly requestId: string | null
  /** What the request was sent with, given or made; null at operations that take none. */
  readonly idempotencyKey: string | null

  constructor(code: KeyturnErrorCode, detail: string, facts: FailureFacts = {}) {
    super(`${code}: ${detail}`)
    this.code = code
    this.detail = detail
    this.status = facts.status ?? null
    this.errors = facts.errors ?? []
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null
    this.requestId = facts.requestId ?? null
    this.idempotencyKey = facts.idempotencyKey ?? null
  }
}
