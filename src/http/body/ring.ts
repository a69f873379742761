import type { Contract, Operation, OwnSecret, RotateBody, Span } from '../../contracts/contract'
import { idempotencyKeyOf } from '../../contracts/defaults'
import {
  allowedSpans,
  type ChosenOverlap,
  isWithin,
  jsonOfWord as jsonOf,
  rounded,
  secondsIn,
} from '../../contracts/overlap'
import { isTextPlace, placeName, placesOf, type PlaceText, whenConstants } from '../../contracts/place'
import { containsText, parseFreeSecret, parseOwnSecret } from '../../contracts/secret-text'
import type { Secret } from '../../core/secret'
import type { IdempotencyRecord } from '../../rotation/endpoint'
import { idempotencyRecord, type IdempotentOperation } from '../../rotation/idempotency'
import type { PublishChoice, RotateChoice } from '../../rotation/ring'
import type { PermittedRequest } from '../request'
import { invalidField, readBoolean, readInstant, readText, readWholeNumber, readWord } from './fields'
import { type JsonObject, readBody, readPermittedObject } from './json'
import {
  jsonValue,
  type PlacedRequest,
  readConstant,
  requestFields,
  valueAt,
  valueInBody,
  withoutPlaces,
} from './request-fields'

// What a request that changes a ring says: in its body or elsewhere, and by its idempotency key.

/**
 * The body of a request that changes a ring; `{}` where the contract's are not looked at.
 * @throws {Problem} `invalid-request`, `payload-too-large`, `permission-denied`
 */
export function readRingBody(request: PermittedRequest): JsonObject {
  if (saysInBody(request)) return withoutNulls(request.contract, readPermittedObject(request))
  readBody(request)
  return {}
}

/** Where the contract takes null for absent: the body without what it says null of, so that a repeat may leave it out. */
function withoutNulls(contract: Contract, body: JsonObject): JsonObject {
  if (contract.rotateBody?.nulls !== 'absent') return body
  const places = placesOf(contract).flatMap(([, place, purpose]) => (purpose === 'constant' ? [] : place))
  return withoutPlaces(
    body,
    places.filter(place => !isTextPlace(place) && valueInBody(body, place) === null),
  )
}

/** Whether the contract has anything that a body may say. */
function saysInBody({ contract, operation }: PermittedRequest): boolean {
  const places = [
    ...Object.keys(operation.when ?? {}),
    ...Object.keys(contract.client?.sentBack ?? {}),
    ...placesOf(contract).map(([, place]) => place),
  ]
  return Boolean(contract.rotateBody) || places.some(place => !isTextPlace(place))
}

/** @throws {Problem} `invalid-request` where the contract wants a body and there is none */
export function requireBody({ contract, body }: PermittedRequest): void {
  if (contract.rotateBody?.required === true && body.length === 0) throw invalidField('body', 'must be given')
}

interface IdempotencyBody {
  readonly body: JsonObject
  /** What a repeat must say again; the body by default. */
  readonly compared?: JsonObject
}

/**
 * What is remembered of the request's idempotency key; null where it has none, or the contract knows none.
 * @throws {Problem} `invalid-request` for a key that is malformed, or required and missing
 */
export function readIdempotency(
  request: PermittedRequest,
  operation: IdempotentOperation,
  { body, compared = body }: IdempotencyBody,
): IdempotencyRecord | null {
  const { rule, in: place } = idempotencyKeyOf(request.contract)
  if (rule === 'off') return null
  const key = valueAt({ ...request, body }, place)
  if (key === undefined && rule === 'optional') return null
  if (key === undefined) throw invalidField(placeName(place), 'must be given')
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalidField(placeName(place), 'must be 1 to 255 visible ASCII characters')
  return idempotencyRecord(request.actor, operation, { key, body: compared })
}

/** The body without the idempotency key, where it stands there. */
export function withoutIdempotencyKey({ idempotencyKey }: Contract, body: JsonObject): JsonObject {
  return typeof idempotencyKey === 'object' ? withoutPlaces(body, [idempotencyKey.in]) : body
}

/** What a repeat of a rotation must say again: the body, and what stands elsewhere. */
export function comparedOf(request: PermittedRequest, body: JsonObject): JsonObject {
  const choices = placesOf(request.contract).flatMap(([, place, purpose]) => (purpose === 'choice' ? place : []))
  const elsewhere = choices.filter(isTextPlace)
  if (elsewhere.length === 0) return body
  return { ...body, ...Object.fromEntries(elsewhere.map(place => [place, valueAt({ ...request, body }, place)])) }
}

type ReasonRule = NonNullable<RotateBody['reason']>

/** The ring's revision that the caller saw; null: not given. */
export interface RevisionChoice {
  readonly ifRevision: number | null
}

export interface RotateRequestBody {
  readonly request: PlacedRequest
  /** Whose dialect the request is in, and which of its operations it is. */
  readonly dialect: Contract
  readonly operation: Operation
  /** The endpoint's own, which rules the secret's format. */
  readonly contract: Contract
  /** All contracts of the deployment: a reason must not hold a secret of any. */
  readonly mounted: readonly Contract[]
  readonly now: Date
}

/**
 * What the caller of a rotation chose.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readRotateChoice(rotate: RotateRequestBody): RotateChoice & RevisionChoice {
  const { request, dialect, operation, contract, mounted, now } = rotate
  const { overlap, rotateBody, idempotencyKey, client } = dialect
  const { ownSecret, reason, force, publish, ifRevision, constants = {} } = rotateBody ?? {}
  const fields = requestFields(request, rotateBody?.unknownFields ?? 'ignore')
  for (const [place, wanted] of [...whenConstants(operation), ...Object.entries(constants)])
    fields.read(place, value => readConstant(place, wanted, value), true)
  if (typeof idempotencyKey === 'object') fields.read(idempotencyKey.in, () => null)
  // What the vendor asks to be said again changes nothing here.
  for (const place of Object.keys(client?.sentBack ?? {})) fields.read(place, () => null)
  const choice = {
    overlapSeconds:
      overlap.kind === 'chosen'
        ? fields.read(overlap.field, value => readOverlap(overlap, value, now), overlap.required)
        : undefined,
    ownSecret:
      ownSecret && fields.read(ownSecret.field, value => readOwnSecret(contract, ownSecret, value), ownSecret.required),
    reason: reason && fields.read(reason.field, value => readReason(reason, mounted, value), reason.required),
    forced:
      force && fields.read(force.field, value => readBoolean(placeName(force.field), jsonValue(force.field, value))),
    signing: publish && fields.read(publish.field, value => readWord(placeName(publish.field), signings, value)),
    leadSeconds: publish && fields.read(publish.leadField, value => readLead(publish.leadField, value)),
    ifRevision: ifRevision && fields.read(ifRevision.field, value => readRevision(ifRevision.field, value)),
  }
  fields.finish()
  const published = publishChoice(dialect, choice)
  return {
    overlapSeconds: choice.overlapSeconds ?? published?.overlapSeconds ?? null,
    ownSecret: choice.ownSecret ?? null,
    reason: choice.reason ?? null,
    forced: choice.forced ?? false,
    ifRevision: choice.ifRevision ?? null,
    publish: published?.publish,
  }
}

const signings = ['now', 'published', 'manual'] as const
const leadSeconds = [1, 7 * 24 * 60 * 60] as const

function readLead(place: PlaceText, value: unknown): number {
  return readWholeNumber(placeName(place), leadSeconds, jsonValue(place, value))
}

export function readRevision(place: PlaceText, value: unknown): number {
  return readWholeNumber(placeName(place), [1, Number.MAX_SAFE_INTEGER], jsonValue(place, value))
}

interface ChosenSigning {
  readonly signing?: (typeof signings)[number] | undefined
  readonly leadSeconds?: number | undefined
}

/** Null: the key signs at once. */
function publishChoice(
  { rotateBody, publishes }: Contract,
  { signing = 'now', leadSeconds: lead }: ChosenSigning,
): { readonly publish: PublishChoice; readonly overlapSeconds: number | null } | null {
  if (publishes !== undefined) {
    const { signing: fixed, leadSeconds: fixedLead = null, overlapSeconds = null } = publishes
    return { publish: { signing: fixed, leadSeconds: fixedLead }, overlapSeconds }
  }
  if (signing !== 'now') return { publish: { signing, leadSeconds: lead ?? null }, overlapSeconds: null }
  if (lead === undefined || rotateBody?.publish === undefined) return null
  throw invalidField(placeName(rotateBody.publish.leadField), 'must not be given where the key signs at once')
}

/** A reason is kept in the audit log for good, so nothing in the form of a secret may stand in it. */
function readReason(rule: ReasonRule, mounted: readonly Contract[], value: unknown): string {
  const reason = readText(rule.field, rule.maximumCharacters, value)
  const formats = mounted.flatMap(({ secret, credentials: { apiKey } }) => (apiKey ? [secret, apiKey] : [secret]))
  if (!formats.some(format => containsText(format, reason))) return reason
  throw invalidField(rule.field, 'must not hold anything that looks like a signing secret or an API key')
}

/** A caller's own secret in the contract's format. A contract whose own secrets are shorter takes that length. */
export function readOwnSecret(contract: Contract, rule: OwnSecret, value: unknown): Secret {
  const { secret } = contract
  if (typeof value !== 'string') throw invalidField(rule.field, 'must be a text')
  if (rule.free) return parseFreeSecret(contract, value, rule)
  return parseOwnSecret(secret, value, { ...rule, minimumBytes: Math.min(rule.minimumBytes, secret.bytes) })
}

/**
 * The overlap that a caller chose, as the vendor rounds it.
 * @throws {Problem} `invalid-request` at the rule's field, saying what is allowed
 */
function readOverlap(rule: ChosenOverlap, given: unknown, now: Date): Span {
  const value = jsonValue(rule.field, given)
  if (rule.unit === 'words') return readSpan(rule, value)
  const seconds = rounded(rule, inSeconds(rule, value, now))
  if (isWithin(rule, seconds)) return seconds
  throw invalidField(placeName(rule.field), `must be ${allowedSpans(rule)}`)
}

/** The length of one of the contract's words; true, false and numbers are not texts. */
function readSpan({ field, words = {} }: ChosenOverlap, value: unknown): Span {
  const names = Object.keys(words)
  const word = isTextPlace(field) ? String(value) : names.find(name => jsonOf(name) === value)
  const span = word === undefined ? undefined : words[word]
  if (span !== undefined) return span
  const allowed = names.map(name => JSON.stringify(jsonOf(name))).join(' or ')
  throw invalidField(placeName(field), `must be ${allowed}`)
}

function inSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const { unit, minimumSeconds = 0, maximumSeconds } = rule
  const field = placeName(rule.field)
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours':
    case 'days': {
      const step = secondsIn[unit] ?? 1
      if (rule.rounded !== undefined) return toMilliseconds(readNumber(field, value) * step)
      const [least, most] = rule.clamped
        ? [0, Number.MAX_SAFE_INTEGER]
        : [Math.ceil(minimumSeconds / step), Math.floor(maximumSeconds / step)]
      return readWholeNumber(field, [least, most], value) * step
    }
    case 'iso-duration':
      return readDuration(rule, value)
    case 'instant':
      return secondsUntil(rule, readInstant(field, value), now)
    case 'unix-seconds':
      return secondsUntil(rule, new Date(readNumber(field, value) * 1000), now)
    case 'words':
      throw new TypeError('a word has no unit')
  }
}

/** Seconds without what a double adds to fractions of a day: it would be rounded up to a whole unit more. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

function readNumber(field: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
  throw invalidField(field, 'must be a number, 0 or more')
}

/** Fractions are whole seconds, like PT1.5H, unless the vendor rounds. */
function readDuration({ field: place, rounded: rule }: ChosenOverlap, value: unknown): number {
  const field = placeName(place)
  const seconds = typeof value === 'string' ? parseIsoDuration(value) : null
  if (seconds !== null && !Number.isInteger(seconds) && rule === undefined)
    throw invalidField(field, 'must be whole seconds')
  if (seconds === null) throw invalidField(field, 'must be an ISO 8601 duration without years and months, like PT24H')
  return seconds
}

/** The seconds until an instant, rounded up: what was promised until then works until then. */
function secondsUntil({ field: place, clamped }: ChosenOverlap, at: Date, now: Date): number {
  const field = placeName(place)
  const milliseconds = at.getTime() - now.getTime()
  if (milliseconds < 0 && clamped === true) return 0
  if (milliseconds >= 0) return Math.ceil(milliseconds / 1000)
  throw invalidField(field, Number.isNaN(milliseconds) ? 'must be a time' : 'must not be in the past')
}

/** Weeks, or days and a time; the last number may have a fraction (ISO 8601). Years and months have no fixed length. */
const pattern = /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)$/

const secondsOf = [7 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60, 1]

/** The seconds of an ISO 8601 duration like `P1DT12H`, `PT5.5H` or `P2W`, or null where `text` is none. */
function parseIsoDuration(text: string): number | null {
  const [, whole = '', fraction = '0', unit = ''] = /^(.*\d)[.,](\d{1,9})([WDHMS])$/.exec(text) ?? [text, text]
  const counts = pattern.exec(whole + unit)?.slice(1)
  if (counts === undefined || counts.every(count => count === undefined)) return null
  const seconds = counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (secondsOf[index] ?? 0), 0)
  const last = secondsOf[counts.findLastIndex(count => count !== undefined)] ?? 0
  return toMilliseconds(seconds + Number(`0.${fraction}`) * last)
}
