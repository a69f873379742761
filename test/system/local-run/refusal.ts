import type { LocalDescription } from '../../../local/local-description'
import type { CallOptions } from '../../support/api-caller'
import type { RotateRoute } from './rotate-routes'

/** A rotation that is refused, in the words of its contract. */
export interface Refusal {
  readonly of: RotateRoute
  readonly why: string
  readonly status: number
  readonly body: unknown
  /** What changes in the request that would have worked. */
  readonly options?: (local: LocalDescription) => CallOptions
  readonly path?: (path: string, local: LocalDescription) => string
}

/** A request without a credential. */
export const none = (): CallOptions => ({})

/** A key of the right form that nobody has. */
export const unknownKey = (prefix: string): CallOptions => ({ token: `${prefix}${'A'.repeat(43)}` })
