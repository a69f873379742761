import { choosesSecret, type Contract } from '../contracts/contract'
import type { HookDeps } from './ports'
import { readShape } from './vendor-reply'

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
  | 'vendor-secret-unchanged'
  | 'vendor-secret-ignored'

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

/** What came back of a request. */
export interface VendorReply {
  readonly status: number
  readonly retryAfter: string | null
  /** By lower-case name, as Node.js gives them. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Parsed; undefined where it is not JSON. */
  readonly body: unknown
}

/** What a reply other than a success means. */
export function failureOfReply(contract: Contract, reply: VendorReply, now: Date): VendorError {
  const { status, body } = reply
  const limit = rateLimitOf(contract, reply, now)
  const code = limit === null ? codeOf(contract, status, body) : 'vendor-rate-limited'
  const rotated = status >= 400 && status < 500 && status !== 408 && code !== 'vendor-superseded' ? 'no' : 'maybe'
  const retryAfterSeconds = limit === null ? secondsOf(reply.retryAfter) : limit.retryAfterSeconds
  return new VendorError(code, { status, rotated, retryAfterSeconds })
}

/**
 * Whether the reply is a rate limit by the contract's rule, and after how many seconds to ask again: what `Retry-After`
 * says, or else when there are more requests. Null: it is none by that rule.
 */
function rateLimitOf(
  { client, errors }: Contract,
  { status, retryAfter, headers = {}, body }: VendorReply,
  now: Date,
): { readonly retryAfterSeconds: number | null } | null {
  const rule = client?.rateLimit
  if (rule === undefined || !rule.statuses.includes(status)) return null
  const after = secondsOf(retryAfter)
  const isSpent = headers[rule.remaining] === '0'
  const said = errors === undefined ? undefined : readShape(errors.body, body).get('detail')
  const isSaid = rule.words !== undefined && holdsWords(said, rule.words)
  if (after === null && !isSpent && !isSaid && status !== 429) return null
  const reset = headers[rule.reset]
  const resetsIn = isSpent && typeof reset === 'string' && /^\d{1,11}$/.test(reset) ? secondsUntil(reset, now) : null
  return { retryAfterSeconds: after ?? resetsIn }
}

function secondsUntil(unixSeconds: string, now: Date): number {
  return Math.max(0, Number(unixSeconds) - Math.floor(now.getTime() / 1000))
}

function holdsWords(text: unknown, words: string): boolean {
  return typeof text === 'string' && text.toLowerCase().includes(words.toLowerCase())
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
  if (errors === undefined) return false
  const words = { ...errors.byStatus?.[409], ...errors.words?.['rotation-superseded'] }
  // Beside words for any other error, Keyturn's own code is nobody's.
  const { code = errors.other === undefined ? 'rotation-superseded' : null } = words
  // A vendor that says no code for it says nothing that tells it from another conflict.
  if (code === null) return false
  return status === (words.status ?? 409) && readShape(errors.body, body).get('code') === code
}

/** A call that got no reply. Nothing was sent to a vendor that is unreachable. */
export function noReply(code: 'vendor-unreachable' | 'vendor-timeout' | 'vendor-connection-lost'): VendorError {
  const rotated = code === 'vendor-unreachable' ? 'no' : 'maybe'
  return new VendorError(code, { status: null, rotated, retryAfterSeconds: null })
}

const maximumCalls = 3
const firstPauseSeconds = 0.5
/** A `Retry-After` beyond this is left to Secrets Manager's next try. */
const longestPauseSeconds = 10

/** What the vendor sends back, after up to two more tries where trying again within the step is safe and may help. */
export async function withRetries<Result>(
  deps: Pick<HookDeps, 'sleep' | 'log' | 'contract'>,
  request: () => Promise<Result>,
): Promise<Result> {
  for (let made = 1; ; made += 1) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof VendorError)) throw error
      const pause = pauseSeconds(error, isRepeatable(deps.contract), made)
      logFailure(deps, error, made)
      if (pause === null || made === maximumCalls) throw error
      await deps.sleep(pause * 1000)
    }
  }
}

/** Whether a repeated call makes no further secret: the vendor replays, or is given the same one again. */
function isRepeatable(contract: Contract): boolean {
  return contract.vendorReplays === true || choosesSecret(contract)
}

/** Failures after which the vendor may have made a secret: only where a repeat makes no other one the vendor can be called again. */
const unclear: readonly VendorErrorCode[] = ['vendor-timeout', 'vendor-connection-lost', 'vendor-error']

/** How long to wait before the next try; null: not now. */
function pauseSeconds(error: VendorError, isRepeatable: boolean, made: number): number | null {
  const { code, retryAfterSeconds } = error
  if (error.rotated === 'maybe' && !isRepeatable) return null
  const backoff = firstPauseSeconds * 2 ** (made - 1)
  if (code === 'vendor-unreachable' || unclear.includes(code)) return backoff
  if (code !== 'vendor-rate-limited' || retryAfterSeconds === null) return null
  return retryAfterSeconds <= longestPauseSeconds ? Math.max(backoff, retryAfterSeconds) : null
}

function logFailure({ log, contract }: Pick<HookDeps, 'log' | 'contract'>, error: VendorError, call: number): void {
  log.error('calling the vendor failed', {
    contract: contract.name,
    code: error.code,
    call,
    ...(error.status === null ? {} : { status: error.status }),
    ...(error.retryAfterSeconds === null ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  })
}
