import type { Contract, ErrorWords, Operation } from '../contracts/contract'
import { problemDetails } from '../contracts/defaults'
import type { TimeFormat } from '../contracts/dimensions'
import { type Form, isForm, type Json, type Shape } from '../contracts/shape'
import { formatTime } from '../contracts/times'
import { cutText } from '../core/cut-text'
import type { Problem } from '../core/problem'
import type { ApiReply } from './request'

/** What a field of a reply can hold. Never a `Secret`: only `revealOutcome` turns one into text. */
export type Value = string | number | boolean | null | Date | readonly Value[] | Values
export interface Values {
  readonly [field: string]: Value
}

/** What a use came to, before it takes the contract's shape. */
export interface Outcome {
  /** Every field that the operation's shape may name. */
  readonly values: Values
  /** An earlier request with the same idempotency key made the change. */
  readonly replayed: boolean
}

export function outcome(values: Values): Outcome {
  return { values, replayed: false }
}

/** The reply to a request that went well, in the operation's shape. */
export function outcomeReply({ times }: Contract, { reply }: Operation, { values, replayed }: Outcome): ApiReply {
  const { status, body } = reply
  const replays = replayed ? { 'idempotency-replayed': 'true' } : {}
  if (body === null) return { status, headers: replays, body: '' }
  const headers = { ...replays, 'content-type': 'application/json' }
  return { status, headers, body: JSON.stringify(renderShape(body, values, times)) }
}

/** A refusal in the contract's own shape; Keyturn's own where no contract is known. */
export function problemReply(problem: Problem, contract: Contract | null): ApiReply {
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

/**
 * A reply's body from its shape. Times are written in `times`, unless the shape says otherwise.
 * @throws {TypeError} for a field that the values do not have
 */
export function renderShape(shape: Shape<string>, values: Values, times: TimeFormat): Json {
  if (typeof shape === 'string') return renderValue(fieldOf(values, shape), times)
  if (isForm(shape)) return renderForm(shape, values, times)
  const members = Object.entries(shape)
    .filter(([, member]) => !isAbsent(member, values))
    .map(([name, member]) => [name, renderShape(member, values, times)] as const)
  return Object.fromEntries(members)
}

function renderForm(form: Form, values: Values, times: TimeFormat): Json {
  if ('$constant' in form) return form.$constant
  if ('$time' in form) return renderValue(fieldOf(values, form.$time), form.format)
  if ('$words' in form) return inWords(fieldOf(values, form.$words), form.words, times)
  if ('$first' in form) return cutText(textOf(fieldOf(values, form.of)), form.$first)
  if ('$present' in form) return renderValue(fieldOf(values, form.$present), times)
  return listOf(fieldOf(values, form.$each)).map(item => renderShape(form.shape, item, times))
}

function isAbsent(shape: Shape<string>, values: Values): boolean {
  if (typeof shape === 'string' || !('$present' in shape) || typeof shape.$present !== 'string') return false
  const value = fieldOf(values, shape.$present)
  return value === null || (isList(value) && value.length === 0)
}

function inWords(value: Value, words: Readonly<Record<string, Json>>, times: TimeFormat): Json {
  const word = Object.entries(words).find(([known]) => known === textOf(value))
  return word === undefined ? renderValue(value, times) : word[1]
}

function listOf(value: Value): readonly Values[] {
  if (!isList(value)) throw new TypeError('$each needs a list')
  return value.map(item => {
    if (!isValues(item)) throw new TypeError('$each needs a list of objects')
    return item
  })
}

function renderValue(value: Value, times: TimeFormat): Json {
  if (value instanceof Date) return formatTime(value, times)
  if (isList(value)) return value.map(item => renderValue(item, times))
  if (!isValues(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, renderValue(member, times)]))
}

function textOf(value: Value): string {
  if (typeof value === 'object' && value !== null) throw new TypeError('the field is not a text')
  return String(value)
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

function isValues(value: Value): value is Values {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Date)
}

function fieldOf(values: Values, field: string): Value {
  const value = Object.hasOwn(values, field) ? values[field] : undefined
  if (value === undefined) throw new TypeError(`a reply has no field ${field}`)
  return value
}
