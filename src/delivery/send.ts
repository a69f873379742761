/** One HTTP request to a receiver. */
export interface DeliveryRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/**
 * Why a delivery failed. `insecure-url`: not https. `refused-address`: the name leads to an address that is not
 * public. `status`: the receiver answered with another status than the contract takes for success.
 */
export type FailureKind =
  'insecure-url' | 'refused-address' | 'unresolved' | 'unreachable' | 'tls' | 'timeout' | 'bad-response' | 'status'

export interface ReceiverReply {
  readonly kind: 'reply'
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The start of the body as UTF-8, at most `keptBodyBytes`. */
  readonly body: string
  readonly durationMs: number
}

export interface NoReply {
  readonly kind: 'none'
  readonly error: Exclude<FailureKind, 'status'>
  readonly durationMs: number
}

export const keptBodyBytes = 4096

/** Sends one request and never rejects. Redirects are not followed. */
export type Send = (request: DeliveryRequest) => Promise<ReceiverReply | NoReply>

/** What callers are told. Never an address: it would show what a name resolves to inside. */
export const failureMessages = {
  'insecure-url': 'The URL is not https',
  'refused-address': 'The address is not public',
  unresolved: 'The host name does not resolve',
  unreachable: 'The receiver cannot be reached',
  tls: 'The TLS connection failed',
  timeout: 'The receiver did not answer in time',
  'bad-response': 'The answer is not valid HTTP',
  status: 'The receiver answered with an error',
} as const satisfies Record<FailureKind, string>
