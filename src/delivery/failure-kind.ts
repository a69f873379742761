import { isNativeError } from 'node:util/types'
import type { NoReply } from './send'

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA', 'ESERVFAIL', 'ETIMEOUT'])

/** Why a request got no reply. An address that the agent refuses comes as an error without a code. */
export function failureKindOf(error: unknown): NoReply['error'] {
  if (!isNativeError(error)) return 'unreachable'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout'
  const code = 'code' in error ? String(error.code) : ''
  if (code === '' && error.message.includes('is not allowed')) return 'refused-address'
  if (unresolved.has(code)) return 'unresolved'
  if (code.startsWith('HPE_')) return 'bad-response'
  return isTls(code) ? 'tls' : 'unreachable'
}

/** OpenSSL's own codes, Node's, and those of its certificate checks. */
function isTls(code: string): boolean {
  return /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/.test(code)
}
