import type { KeyedCallOptions } from './options'

/** An operation, as the description has it. */
export interface Operation {
  readonly method: string
  /** With the names of its parameters: `/v1/endpoints/{id}`. */
  readonly path: string
  /**
   * Whether the same request may be sent again when nobody knows what came of it. `keyed` sends the same
   * `Idempotency-Key`, by which Keyturn knows a repeat; `with-id` may where the body has an `id` of the caller's.
   */
  readonly repeat: 'safe' | 'keyed' | 'with-id' | 'never'
  /** What it answers: nothing, with 204; an object; one with `data`; or one with `nextCursor` besides. */
  readonly reply: 'none' | 'object' | 'list' | 'page'
  /** Whether it wants no credential, and is for no tenant. */
  readonly isOpen?: true
}

/** What an operation is called with. */
export interface Given {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: object | undefined
  readonly body?: unknown
}

/** Resolves to the reply's JSON; undefined where it has none. */
export type Call = (operation: Operation, given: Given, options?: KeyedCallOptions) => Promise<unknown>
