import type { KeyBytes } from './key-bytes'

/** What a signature can cover besides the body. */
export type SignedPart = 'id' | 'timestamp' | 'tenant'

/** One signature header of a delivery. */
export interface SignatureHeader {
  /** Lower-case names, one in each naming of the scheme. */
  readonly header: readonly string[]
  /** What the HMAC-SHA256 is taken over: these parts in order, then the body, joined by full stops. */
  readonly before: readonly [] | readonly [SignedPart] | readonly [SignedPart, SignedPart]
  readonly encoding: 'hex' | 'base64'
  /**
   * `single`: one signature, so the current key signs. `list`: space-separated, one a live key.
   * `timestamped`: `t=<timestamp>,<prefix><signature>,…`, one a live key; the timestamp is read from here.
   */
  readonly form: 'single' | 'list' | 'timestamped'
  /** What stands before each signature: `v1,`, `v1=`, `sha256=` or nothing. */
  readonly prefix: string
}

/**
 * How deliveries are signed, as data. Every header has one name in each naming: names at the same index belong
 * together. The first naming is written; a delivery is read under the first naming of which it has every header.
 */
export interface Scheme {
  /** No name: such a delivery has no such header; the same below. */
  readonly id: readonly string[]
  /** Carries unix seconds. */
  readonly timestamp: readonly string[]
  readonly tenant: readonly string[]
  /** A delivery without it is refused. */
  readonly signature: SignatureHeader
  /** Written as well. Where a delivery has it, it must match; it covers less, so it is never enough by itself. */
  readonly weaker: SignatureHeader | undefined
  /** How a secret's text becomes the key, unless the caller knows otherwise. */
  readonly keyBytes: KeyBytes
}
