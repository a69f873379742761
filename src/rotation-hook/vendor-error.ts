/** How a call to the vendor can fail. Stable; docs/consumer-guide.md has a row for each. */
export type VendorErrorCode =
  | 'vendor-unreachable'
  | 'vendor-timeout'
  | 'vendor-connection-lost'
  | 'vendor-error'
  | 'vendor-refused-credentials'
  | 'vendor-forbids'
  | 'vendor-endpoint-unknown'
  | 'vendor-conflict'
  | 'vendor-superseded'
  | 'vendor-rate-limited'
  | 'vendor-refused'
  | 'vendor-reply-malformed'

export interface VendorErrorDetails {
  /** The HTTP status; null: there was no reply. */
  readonly status: number | null
  /** Whether the vendor may have made a new secret. */
  readonly rotated: 'no' | 'maybe'
  /** What `Retry-After` says, in seconds; null: nothing. */
  readonly retryAfterSeconds: number | null
}

/** A call to the vendor that brought no secret. Holds nothing of the reply but its status. */
export class VendorError extends Error {
  readonly code: VendorErrorCode
  readonly status: number | null
  readonly rotated: 'no' | 'maybe'
  readonly retryAfterSeconds: number | null

  constructor(code: VendorErrorCode, { status, rotated, retryAfterSeconds }: VendorErrorDetails) {
    super(status === null ? code : `${code}: the vendor answered ${status}`)
    this.name = 'VendorError'
    this.code = code
    this.status = status
    this.rotated = rotated
    this.retryAfterSeconds = retryAfterSeconds
  }
}
