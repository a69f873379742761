import type { Contract } from '../contracts/contract'
import { readShape } from './read-shape'
import { VendorError, type VendorErrorCode } from './vendor-error'

/** What came back of a request. */
export interface VendorReply {
  readonly status: number
  readonly retryAfter: string | null
  /** Parsed; undefined where it is not JSON. */
  readonly body: unknown
}

/** What a reply other than a success means. A redirect is not followed: the credential is for the vendor alone. */
export function failureOfReply(contract: Contract, { status, retryAfter, body }: VendorReply): VendorError {
  const code = codeOf(contract, status, body)
  const rotated = status >= 400 && status < 500 && status !== 408 && code !== 'vendor-superseded' ? 'no' : 'maybe'
  return new VendorError(code, { status, rotated, retryAfterSeconds: secondsOf(retryAfter) })
}

/** Seconds alone: vendors that send a date are answered by Secrets Manager's own pause. */
function secondsOf(retryAfter: string | null): number | null {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null
}

const codes: Readonly<Record<number, VendorErrorCode>> = {
  401: 'vendor-refused-credentials',
  403: 'vendor-forbids',
  404: 'vendor-endpoint-unknown',
  408: 'vendor-timeout',
  409: 'vendor-conflict',
  410: 'vendor-endpoint-unknown',
  429: 'vendor-rate-limited',
}

function codeOf(contract: Contract, status: number, body: unknown): VendorErrorCode {
  if (contract.vendorReplays && isSuperseded(contract, status, body)) return 'vendor-superseded'
  if (status >= 500) return 'vendor-error'
  return status >= 400 ? (codes[status] ?? 'vendor-refused') : 'vendor-reply-malformed'
}

/** Whether the vendor says, in its own words, that a later rotation took the place of the one that is replayed. */
function isSuperseded({ errors }: Contract, status: number, body: unknown): boolean {
  const words = errors.words['rotation-superseded']
  const code = words?.code ?? errors.byStatus[409]?.code ?? 'rotation-superseded'
  return status === (words?.status ?? 409) && readShape(errors.body, body).get('code') === code
}

/** Errors of a connection that was never made, so that nothing was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** What an error of `fetch` means. Its name and its cause's code say it; its class may come from another realm. */
export function failureOfConnection(error: unknown): VendorError {
  const none = { status: null, retryAfterSeconds: null }
  if (textAt(error, 'name') === 'TimeoutError') return new VendorError('vendor-timeout', { ...none, rotated: 'maybe' })
  return neverSent.has(textAt(memberAt(error, 'cause'), 'code'))
    ? new VendorError('vendor-unreachable', { ...none, rotated: 'no' })
    : new VendorError('vendor-connection-lost', { ...none, rotated: 'maybe' })
}

function textAt(value: unknown, name: string): string {
  const member = memberAt(value, name)
  return typeof member === 'string' ? member : ''
}

function memberAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
