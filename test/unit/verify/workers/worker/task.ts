import type { Scheme, VerificationErrorCode } from '../../../../../src/verify'
import type { SchemeName } from './ready-schemes'

/** What the Worker is to do with a request's headers and body. Sent as JSON in the header `task`. */
export interface Task {
  readonly does: 'verify' | 'sign'
  readonly secrets: readonly string[]
  readonly scheme: SchemeName | Scheme
  /** ISO 8601; the Worker's own clock where absent. */
  readonly now?: string
  readonly id?: string
  readonly tenant?: string
  /** How the library gets the body; bytes where absent. */
  readonly body?: 'bytes' | 'text'
  /** How the library gets the headers; the request's own `Headers` where absent. */
  readonly headers?: 'request' | 'record'
}

/** `signed`: the headers that `sign` returned. */
export type Reply =
  | { readonly kind: 'verified' }
  | { readonly kind: 'signed'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly code: VerificationErrorCode }
