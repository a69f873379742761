import type { KeyBytes } from './key-bytes'

/** One part of the content that a signature covers. */
export type SignedPart = 'id' | 'timestamp' | 'tenant' | 'body'

/** One signature header of a delivery. */
export interface SignatureHeader {
  /** Lower-case names, in the order of the scheme's namings. */
  readonly header: readonly string[]
  /** What the HMAC-SHA256 is taken over: the parts in order, joined by full stops. `body` comes last. */
  readonly content: readonly SignedPart[]
  readonly encoding: 'hex' | 'base64'
  /**
   * `single`: one signature, so the current key signs. `list`: space-separated, one a live key.
   * `timestamped`: `t=<timestamp>,<prefix><signature>,…`, one a live key; the timestamp is read from here.
   */
  readonly form: 'single' | 'list' | 'timestamped'
  /** What stands before each signature: `v1,`, `v1=`, `sha256=` or nothing. */
  readonly prefix: string
  /**
   * `required`: a delivery without it is refused. `checked`: it must match where it is there, but is never enough by
   * itself, because another header covers more.
   */
  readonly presence: 'required' | 'checked'
}

/**
 * How deliveries are signed, as data. Every header has one name in each naming: names at the same index belong
 * together. The first naming is written; a delivery is read under the first naming of which it has every header.
 */
export interface Scheme {
  readonly id?: readonly string[]
  /** Carries unix seconds. */
  readonly timestamp?: readonly string[]
  readonly tenant?: readonly string[]
  readonly signatures: readonly SignatureHeader[]
  /** How a secret's text becomes the key, unless the caller knows otherwise. */
  readonly keyBytes: KeyBytes
}
