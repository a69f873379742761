import type { Contract, CredentialPlace, ErrorDialect, ErrorWords, Operation } from '../contracts/contract'
import { valueText } from '../contracts/place'
import { problemDetails, timesOf } from '../contracts/defaults'
import type { TimeFormat } from '../contracts/dimensions'
import { placesOf } from '../contracts/credential-places'
import type { PathParameters } from '../contracts/routes'
import { type Form, isForm, isValue, type Json, type Shape } from '../contracts/shape'
import { formatTime } from '../contracts/times'
import { cutText } from '../core/cut-text'
import type { Problem } from '../core/problem'
import type { ApiReply, ApiRequest } from './request'

/** What a field of a reply can hold. Never a `Secret`: only `revealOutcome` turns one into text. */
export type Value = string | number | boolean | null | Date | readonly Value[] | Values
export interface Values {
  readonly [field: string]: Value
}

/** What every reply says: keep no copy, and, should a browser show it, guess no type and run nothing of it. */
export const everyReply = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
}

/** What a use came to, before it takes the contract's shape. */
export interface Outcome {
  /** Every field that the operation's shape may name. */
  readonly values: Values
  /** An earlier request with the same idempotency key made the change. */
  readonly replayed: boolean
  /** Each the value of a `Set-Cookie`. Absent: none. */
  readonly cookies?: readonly string[]
}

export function outcome(values: Values): Outcome {
  return { values, replayed: false }
}

/** What a reply may show of the request itself. */
export interface ReplyRequest extends Pick<ApiRequest, 'id' | 'method' | 'path'> {
  readonly parameters?: PathParameters
}

/** The reply to a request that went well, in the operation's shape. */
export function outcomeReply(
  contract: Contract,
  { reply }: Operation,
  { values, replayed, cookies = [] }: Outcome,
  { request, now }: { readonly request: ReplyRequest; readonly now: Date },
): ApiReply {
  const { status, body } = reply
  const shown = { ...values, requestId: request.id, requestTime: now }
  const headers = { ...(replayed && { 'idempotency-replayed': 'true' }), ...ownHeaders(contract, shown) }
  if (body === null) return { status, headers, cookies, body: '' }
  const text = JSON.stringify(renderShape(body, shown, timesOf(contract)))
  const contentType = contract.contentType ?? 'application/json'
  return { status, headers: { ...headers, 'content-type': contentType }, cookies, body: text }
}

/** The headers that the contract has in every reply, by their lower-case names. */
function ownHeaders(contract: Contract, values: Values): Record<string, string> {
  const { headers = {} } = contract
  return Object.fromEntries(
    Object.entries(headers).map(([name, shape]) => {
      return [name.toLowerCase(), valueText(renderShape(shape, values, timesOf(contract)))]
    }),
  )
}

/** A refusal in the contract's own shape; Keyturn's own where no contract is known. */
export function problemReply(
  problem: Problem,
  contract: Contract | null,
  { request, now }: { readonly request: ReplyRequest; readonly now: Date },
): ApiReply {
  const dialect: ErrorDialect = contract?.errors ?? problemDetails
  const words = wordsFor(dialect, problem)
  const status = words.status ?? problem.status
  const asked = { status, requestId: request.id, requestTime: now, ...pathOf(request) }
  const values = errorValues(problem, { words, areAll: dialect.other !== undefined }, asked)
  const shape = words.body === undefined ? dialect.body : words.body
  const headers = {
    ...(contract !== null && ownHeaders(contract, values)),
    ...(shape !== null && { 'content-type': dialect.contentType ?? 'application/json' }),
    ...(problem.retryAfterSeconds !== null && { 'retry-after': String(problem.retryAfterSeconds) }),
    ...(problem.allow !== null && { allow: problem.allow }),
    // RFC 9110, section 15.5.2: a 401 names the scheme that would do.
    ...(status === 401 && challenge(contract)),
  }
  if (shape === null) return { status, headers, body: '' }
  const body = renderShape(shape, values, contract === null ? 'iso-millis' : timesOf(contract))
  return { status, headers, body: JSON.stringify(body) }
}

/**
 * The contract's words for the problem: those by its code over those by its status, or else those for any other. The words
 * that a named problem leaves out are those for any other; its status and its shape are not.
 */
export function wordsFor(
  { words = {}, byStatus = {}, other = {} }: ErrorDialect,
  { code, status }: Problem,
): ErrorWords {
  const isNamed = words[code] !== undefined || byStatus[status] !== undefined
  if (!isNamed) return other
  const { status: _status, body: _body, ...left } = other
  return { ...left, ...byStatus[status], ...words[code] }
}

function pathOf({ method, path, parameters }: ReplyRequest): Values {
  return { method, path, id: parameters?.['id'] ?? null }
}

/** One for each scheme of `Authorization` that the contract takes, in its order. Other headers have no scheme to name. */
function challenge(contract: Contract | null): Record<string, string> {
  const places = contract === null ? [{ kind: 'bearer' } as const] : placesOf(contract.credentials)
  const challenges = new Set(places.flatMap(place => challengeOf(place, contract?.name ?? '') ?? []))
  return challenges.size === 0 ? {} : { 'www-authenticate': [...challenges].join(', ') }
}

/** RFC 6750, section 3, and RFC 7617, section 2, which wants a realm. */
function challengeOf(place: CredentialPlace, realm: string): string | null {
  switch (place.kind) {
    case 'bearer':
      return 'Bearer'
    case 'basic':
      return `Basic realm="${realm}"`
    case 'header': {
      const [, scheme = null] = /^([\w-]+) $/.exec(place.prefix ?? '') ?? []
      return place.name.toLowerCase() === 'authorization' ? scheme : null
    }
    case 'query':
      return null
  }
}

interface DialectWords {
  readonly words: ErrorWords
  /** Whether Keyturn's own words show nowhere but where they are asked for in braces. */
  readonly areAll: boolean
}

const noWords = { type: null, title: null, detail: null, code: null }

function errorValues(
  problem: Problem,
  { words, areAll }: DialectWords,
  request: Values & { readonly status: number },
): Values {
  const ours = {
    ...request,
    type: `urn:keyturn:problem:${problem.code}`,
    title: problem.title,
    detail: problem.detail,
    code: problem.code,
    param: problem.errors[0]?.path ?? null,
    retryAfterSeconds: problem.retryAfterSeconds,
  }
  const unsaid = areAll ? noWords : ours
  const { type = unsaid.type, code = unsaid.code } = words
  const title = words.title === undefined ? unsaid.title : filled(words.title, ours)
  const detailOf = (param: string | null, detail: string): string | null =>
    words.detail === undefined ? unsaid.detail : filled(words.detail, { ...ours, param, detail })
  const ofField = areAll ? detailOf : (_: string, message: string): string => message
  const errors = problem.errors.map(({ path, message }) => ({ path, message: ofField(path, message) }))
  const texts = problem.errors.map(({ path, message }) => ofField(path, `${path} ${message}`))
  const detail = detailOf(ours.param, ours.detail)
  const messages = texts.length === 0 ? [detail] : [...new Set(texts)]
  return { ...ours, type, title, detail, code, errors, messages }
}

/** The text with the values of the fields that stand in braces; null leaves no space behind. Any other braces stay. */
function filled(text: string, values: Values): string {
  return text.replaceAll(/( ?)\{(\w+)\}( ?)/g, (braces, before: string, field: string, after: string) => {
    if (!Object.hasOwn(values, field)) return braces
    const value = values[field] ?? null
    if (value === null) return before === '' || after === '' ? '' : ' '
    return before + textOf(value) + after
  })
}

/**
 * A reply's body from its shape. Times are written in `times`, unless the shape says otherwise.
 * @throws {TypeError} for a field that the values do not have
 */
export function renderShape(shape: Shape<string>, values: Values, times: TimeFormat): Json {
  if (typeof shape === 'string') return renderValue(fieldOf(values, shape), times)
  if (isValue(shape)) return shape
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
  if ('$text' in form) return textWith(form.$text, values, times)
  if ('$number' in form) return numberOf(fieldOf(values, form.$number))
  if ('$present' in form) return renderValue(fieldOf(values, form.$present), times)
  if ('$list' in form) return form.$list.map(item => renderShape(item, values, times))
  const items = listOf(fieldOf(values, form.$each)).map(item => renderShape(form.shape, item, times))
  return form.order === 'oldest-first' ? items.toReversed() : items
}

/** Null is written as nothing. */
function textWith(text: string, values: Values, times: TimeFormat): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = fieldOf(values, field)
    return value === null ? '' : textOf(value instanceof Date ? formatTime(value, times) : value)
  })
}

/** A text that no JSON number says is written as it is. */
function numberOf(value: Value): Json {
  if (value === null) return null
  const text = textOf(value)
  return String(Number(text)) === text ? Number(text) : text
}

function isAbsent(shape: Shape<string>, values: Values): boolean {
  if (typeof shape !== 'object' || shape === null || !('$present' in shape)) return false
  const value = fieldOf(values, typeof shape.$present === 'string' ? shape.$present : '')
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
