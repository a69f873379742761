import { isNativeError } from 'node:util/types'
import { LookupFailed } from './host-lookup'

/**
 * Why a delivery failed. `insecure-url`: not https. `refused-address`: the name leads to an address that is not
 * public. `unresolved`: the name does not exist, or its servers fail. `lookup-timeout`: they do not answer.
 * `connection-refused`: nothing listens there. `connect-timeout`: no connection, TLS included, came about in time.
 * `timeout`: there was one, and no reply in time. `unreachable`: no way leads there, or the connection broke off.
 * `status`: the receiver answered with another status than the contract takes for success.
 */
export type FailureKind =
  | 'insecure-url'
  | 'refused-address'
  | 'unresolved'
  | 'lookup-timeout'
  | 'connection-refused'
  | 'connect-timeout'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'bad-response'
  | 'status'

/** What callers are told. Never an address: it would show what a name resolves to inside. */
export const failureMessages = {
  'insecure-url': 'The URL is not https',
  'refused-address': 'The address is not public',
  unresolved: 'The host name does not resolve',
  'lookup-timeout': 'The name servers of the host name do not answer',
  'connection-refused': 'The receiver refuses connections',
  'connect-timeout': 'The receiver did not accept a connection in time',
  unreachable: 'The receiver cannot be reached',
  tls: 'The TLS connection failed',
  timeout: 'The receiver did not answer in time',
  'bad-response': 'The answer is not valid HTTP',
  status: 'The receiver answered with an error',
} as const satisfies Record<FailureKind, string>

/** Why a request got no reply, from what Node throws. An address that the agent refuses comes without a code. */
export function failureKindOf(error: unknown): Exclude<FailureKind, 'status'> {
  if (error instanceof LookupFailed) return error.kind
  if (!isNativeError(error)) return 'unreachable'
  const codes = codesOf(error)
  if (codes.length === 0 && error.message.includes('is not allowed')) return 'refused-address'
  if (codes.includes('ECONNREFUSED')) return 'connection-refused'
  if (codes.includes('ETIMEDOUT')) return 'connect-timeout'
  if (codes.some(code => code.startsWith('HPE_'))) return 'bad-response'
  return codes.some(isTls) ? 'tls' : 'unreachable'
}

/** One for each address that was tried, where there are several. */
function codesOf(error: Error): readonly string[] {
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.filter(isNativeError).flatMap(codesOf)
  return 'code' in error ? [String(error.code)] : []
}

/** OpenSSL's own codes, Node's, and those of its certificate checks. */
function isTls(code: string): boolean {
  return /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/.test(code)
}
