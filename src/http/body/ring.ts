import type { Contract, Operation, OwnSecret, RotateBody, Span } from '../../contracts/contract'
import { idempotencyKeyOf } from '../../contracts/defaults'
import type { JsonSchema } from '../../contracts/json-schema'
import {
  allowedSpans,
  type ChosenOverlap,
  isWithin,
  jsonOfWord as jsonOf,
  rounded,
  secondsIn,
} from '../../contracts/overlap'
import { isTextPlace, placeName, placesOf, whenConstants } from '../../contracts/place'
import { containedPattern, ownSecretSchema, parseFreeSecret, parseOwnSecret } from '../../contracts/secret-text'
import type { Secret } from '../../core/secret'
import type { IdempotencyRecord } from '../../rotation/endpoint'
import { idempotencyRecord, type IdempotentOperation } from '../../rotation/idempotency'
import { defaultLeadSeconds } from '../../rotation/published'
import type { PublishChoice, RotateChoice } from '../../rotation/ring'
import { waysOutOf } from '../../rotation/ways-out'
import type { PermittedRequest } from '../request'
import { boolean, byDefault, type Field, instant, invalidField, text, textLike, wholeNumber, word } from './fields'
import { type JsonObject, readBody, readPermittedObject } from './json'
import {
  anythingAt,
  constantAt,
  jsonValue,
  type PlacedField,
  type PlacedRequest,
  readPlaced,
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

/** Whether the contract has anything that the body of such a request may say. */
export function saysInBody({ contract, operation }: Pick<PermittedRequest, 'contract' | 'operation'>): boolean {
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
  const record = { key: idempotencyKeyField.read(placeName(place), key), body: compared }
  return idempotencyRecord(request.actor, operation, record)
}

export const idempotencyKeyField = textLike(/^[!-~]{1,255}$/, '1 to 255 visible ASCII characters')

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

/** What the fields of a rotation go by. */
export interface RotateRules {
  /** Whose dialect the request is in. */
  readonly dialect: Contract
  /** The endpoint's own, which rules the secret's format. */
  readonly contract: Contract
  /** All contracts of the deployment: a reason must not hold a secret of any. */
  readonly mounted: readonly Contract[]
  readonly now: Date
}

const signings = ['now', 'published', 'manual'] as const
const leadSeconds = byDefault(defaultLeadSeconds, wholeNumber([1, 7 * 24 * 60 * 60]))
/** The ring's revision that the caller saw. */
export const revision = wholeNumber([1, Number.MAX_SAFE_INTEGER])

/** What a rotation may choose, and where its request says it. */
export function rotateTable({ dialect, contract, mounted, now }: RotateRules) {
  const { overlap, rotateBody } = dialect
  const { ownSecret, reason, force, publish, ifRevision, reveal } = rotateBody ?? {}
  return {
    overlapSeconds: overlap.kind === 'chosen' ? { place: overlap.field, field: overlapField(overlap, now) } : undefined,
    ownSecret: ownSecret && { place: ownSecret.field, field: ownSecretField(contract, ownSecret) },
    reason: reason && { place: reason.field, field: reasonField(reason, mounted) },
    forced: force && { place: force.field, field: byDefault(false, boolean) },
    signing: publish && { place: publish.field, field: byDefault('now', word(signings)) },
    leadSeconds: publish && { place: publish.leadField, field: leadSeconds },
    ifRevision: ifRevision && { place: ifRevision.field, field: revision },
    reveal: reveal && { place: reveal.field, field: byDefault(true, boolean) },
  }
}

/** What a rotation's request says besides: what makes it this operation, and what the vendor asks to be said again. */
export function besidesChoices(dialect: Contract, operation: Operation): readonly PlacedField[] {
  const { rotateBody, idempotencyKey, client } = dialect
  const constants = [...whenConstants(operation), ...Object.entries(rotateBody?.constants ?? {})]
  return [
    ...constants.map(([place, wanted]) => constantAt(place, wanted)),
    ...(typeof idempotencyKey === 'object' ? [anythingAt(idempotencyKey.in)] : []),
    // It changes nothing here.
    ...Object.keys(client?.sentBack ?? {}).map(anythingAt),
  ]
}

export interface RotateRequestBody extends RotateRules {
  readonly request: PlacedRequest
  readonly operation: Operation
}

export interface ReadRotateChoice extends RotateChoice {
  /** Null: it is not given. */
  readonly ifRevision: number | null
  /** The name of the field by which the reply is not to hold the secret; null: it is to. */
  readonly unrevealedBy: string | null
}

/**
 * What the caller of a rotation chose.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readRotateChoice(rotate: RotateRequestBody): ReadRotateChoice {
  const { request, dialect, operation } = rotate
  const { reveal } = dialect.rotateBody ?? {}
  const unknownFields = dialect.rotateBody?.unknownFields ?? 'ignore'
  const besides = besidesChoices(dialect, operation)
  const choice = readPlaced(request, rotateTable(rotate), { unknownFields, besides })
  const { reveal: isRevealed = true } = choice
  const published = publishChoice(dialect, choice)
  return {
    overlapSeconds: choice.overlapSeconds ?? published?.overlapSeconds ?? null,
    ownSecret: choice.ownSecret ?? null,
    reason: choice.reason ?? null,
    forced: choice.forced ?? false,
    ifRevision: choice.ifRevision ?? null,
    unrevealedBy: reveal !== undefined && !isRevealed ? placeName(reveal.field) : null,
    publish: published?.publish,
    waysOut: waysOutOf(dialect, rotate.contract),
  }
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
function reasonField({ maximumCharacters, required: isRequired }: ReasonRule, mounted: readonly Contract[]) {
  const plain = text(maximumCharacters)
  const formats = mounted.flatMap(({ secret, credentials: { apiKey } }) => (apiKey ? [secret, apiKey] : [secret]))
  const patterns = [...new Set(formats.map(format => containedPattern(format).source))]
  return {
    schema: {
      ...plain.schema,
      not: { anyOf: patterns.map(pattern => ({ pattern })) },
      description: 'nothing that looks like a signing secret or an API key',
    },
    required: isRequired === true,
    read: (path: string, value: unknown): string => {
      const reason = plain.read(path, value)
      if (!patterns.some(pattern => new RegExp(pattern, 'u').test(reason))) return reason
      throw invalidField(path, 'must not hold anything that looks like a signing secret or an API key')
    },
  }
}

/** A caller's own secret in the contract's format. A contract whose own secrets are shorter takes that length. */
export function ownSecretField(contract: Contract, given: OwnSecret): Field<Secret> {
  const { secret } = contract
  const rule = given.free ? given : { ...given, minimumBytes: Math.min(given.minimumBytes, secret.bytes) }
  return {
    schema: ownSecretSchema(secret, rule),
    required: given.required === true,
    read: (path, value) => {
      if (typeof value !== 'string') throw invalidField(path, 'must be a text')
      return rule.free ? parseFreeSecret(contract, value, rule) : parseOwnSecret(secret, value, rule)
    },
  }
}

/** The overlap that a caller chose, as the vendor rounds it. */
function overlapField(rule: ChosenOverlap, now: Date): Field<Span> {
  return {
    schema: overlapSchema(rule),
    required: rule.required === true,
    read: (path, given) => {
      const value = jsonValue(rule.field, given)
      if (rule.unit === 'words') return readSpan(rule, path, value)
      const seconds = rounded(rule, inSeconds(rule, value, now))
      if (isWithin(rule, seconds)) return seconds
      throw invalidField(path, `must be ${allowedSpans(rule)}`)
    },
  }
}

/** What `inSeconds` and `readSpan` take, as far as a schema can say it. */
function overlapSchema(rule: ChosenOverlap): JsonSchema {
  const { unit, minimumSeconds = 0, maximumSeconds, defaultSeconds } = rule
  const step = secondsIn[unit] ?? 1
  const description = `How long the keys before keep working: ${allowedSpans(rule)}, in ${unit}`
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours':
    case 'days': {
      const inUnits = typeof defaultSeconds === 'number' && { default: defaultSeconds / step }
      if (rule.rounded !== undefined) return { type: 'number', minimum: 0, ...inUnits, description }
      const [minimum, maximum] = unitRange(rule, step)
      return { type: 'integer', minimum, maximum, ...inUnits, description }
    }
    case 'iso-duration':
      return { type: 'string', format: 'duration', description }
    case 'instant':
      return { ...instant.schema, description }
    case 'unix-seconds':
      return { type: 'number', minimum: 0, description }
    case 'words':
      return {
        enum: Object.keys(rule.words ?? {}).map(jsonOf),
        description: `How long the keys before keep working, ${minimumSeconds} to ${maximumSeconds} seconds`,
      }
  }
}

/** The length of one of the contract's words; true, false and numbers are not texts. */
function readSpan({ field, words = {} }: ChosenOverlap, path: string, value: unknown): Span {
  const names = Object.keys(words)
  const given = isTextPlace(field) ? String(value) : names.find(name => jsonOf(name) === value)
  const span = given === undefined ? undefined : words[given]
  if (span !== undefined) return span
  const allowed = names.map(name => JSON.stringify(jsonOf(name))).join(' or ')
  throw invalidField(path, `must be ${allowed}`)
}

/** From the least to the greatest number of units that a caller may say. */
function unitRange({ minimumSeconds = 0, maximumSeconds, clamped }: ChosenOverlap, step: number) {
  if (clamped) return [0, Number.MAX_SAFE_INTEGER] as const
  return [Math.ceil(minimumSeconds / step), Math.floor(maximumSeconds / step)] as const
}

function inSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const { unit } = rule
  const field = placeName(rule.field)
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours':
    case 'days': {
      const step = secondsIn[unit] ?? 1
      if (rule.rounded !== undefined) return toMilliseconds(readNumber(field, value) * step)
      return wholeNumber(unitRange(rule, step)).read(field, value) * step
    }
    case 'iso-duration':
      return readDuration(rule, value)
    case 'instant':
      return secondsUntil(rule, instant.read(field, value), now)
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
