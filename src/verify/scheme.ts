/** One part of the content that a signature covers. */
export type SignedPart = 'id' | 'timestamp' | 'tenant' | 'body'

/** One signature header of a delivery. */
export interface SignatureHeader {
  /** Lower-case header names: the first is written, all are read. */
  readonly header: readonly string[]
  /** What the HMAC-SHA256 is taken over: the parts in order, joined by full stops. */
  readonly content: readonly SignedPart[]
  readonly encoding: 'hex' | 'base64'
  /**
   * `single`: one signature, so the current key signs. `list`: space-separated, one a live key.
   * `timestamped`: `t=<timestamp>,<prefix><signature>,…`, one a live key; the timestamp is read from here.
   */
  readonly form: 'single' | 'list' | 'timestamped'
  /** What stands before each signature: `v1,`, `v1=`, `sha256=` or nothing. */
  readonly prefix: string
}

/** How deliveries are signed, as data. Header names are lower case: the first is written, all are read. */
export interface Scheme {
  readonly id?: readonly string[]
  /** Carries unix seconds. */
  readonly timestamp?: readonly string[]
  readonly tenant?: readonly string[]
  readonly signatures: readonly SignatureHeader[]
}
