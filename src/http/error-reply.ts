import type { Contract, ErrorWords } from '../contracts/contract'
import { problemDetails } from '../contracts/problem-details'
import type { Problem } from '../rotation/problem'
import type { ApiReply } from './api-request'
import { renderShape, type Values } from './render-shape'

/** A refusal in the contract's own shape; Keyturn's own where no contract is known. */
export function errorReply(problem: Problem, contract: Contract | null): ApiReply {
  const dialect: Contract['errors'] = contract?.errors ?? problemDetails
  const takesBearer = contract === null || contract.credentials.in.kind === 'bearer'
  const words: ErrorWords = { ...dialect.byStatus[problem.status], ...dialect.words[problem.code] }
  const status = words.status ?? problem.status
  const headers = {
    'content-type': dialect.contentType,
    ...(problem.retryAfterSeconds !== null && { 'retry-after': String(problem.retryAfterSeconds) }),
    ...(problem.allow !== null && { allow: problem.allow }),
    // RFC 9110, section 15.5.2: a 401 names the scheme that would do.
    ...(status === 401 && takesBearer && { 'www-authenticate': 'Bearer' }),
  }
  const body = renderShape(dialect.body, errorValues(problem, words, status), 'iso-millis')
  return { status, headers, body: JSON.stringify(body) }
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
