import type { Contract, ErrorWords } from '../contracts/contract'
import { keyturn } from '../contracts/keyturn'
import type { Json } from '../contracts/shape'
import type { Problem } from '../rotation/problem'
import { renderShape, type Values } from './render-shape'

/** A refusal in the contract's own shape; Keyturn's own where no contract is known. */
export function errorReply(problem: Problem, contract: Contract | null): Response {
  const { body, ...init } = refusalOf(problem, contract)
  return new Response(JSON.stringify(body), init)
}

export interface Refusal {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

/** What `errorReply` consists of. */
export function refusalOf(problem: Problem, contract: Contract | null): Refusal {
  const { errors: dialect, credentials }: Contract = contract ?? keyturn
  const words: ErrorWords = { ...dialect.byStatus[problem.status], ...dialect.words[problem.code] }
  const status = words.status ?? problem.status
  const headers = new Headers({ 'content-type': dialect.contentType })
  if (problem.retryAfterSeconds !== null) headers.set('retry-after', String(problem.retryAfterSeconds))
  if (problem.allow !== null) headers.set('allow', problem.allow)
  // RFC 9110, section 15.5.2: a 401 names the scheme that would do.
  if (status === 401 && credentials.in.kind === 'bearer') headers.set('www-authenticate', 'Bearer')
  return { status, headers, body: renderShape(dialect.body, errorValues(problem, words, status), 'iso-millis') }
}

function errorValues(problem: Problem, words: ErrorWords, status: number): Values {
  return {
    status,
    type: words.type ?? `urn:keyturn:problem:${problem.code}`,
    title: words.title ?? problem.title,
    detail: words.detail ?? problem.detail,
    code: words.code ?? problem.code,
    param: problem.errors[0]?.path ?? null,
    errors: problem.errors.map(({ path, message }) => ({ path, message })),
  }
}
