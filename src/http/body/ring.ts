import { headerOf } from '../../access/authenticate'
import type { Contract, Overlap, OwnSecret, RotateBody } from '../../contracts/contract'
import { containsText, parseFreeSecret, parseOwnSecret } from '../../contracts/secret-text'
import type { Secret } from '../../core/secret'
import type { IdempotencyRecord } from '../../rotation/endpoint'
import { idempotencyRecord, type IdempotentOperation } from '../../rotation/idempotency'
import type { RotateChoice } from '../../rotation/ring'
import type { PermittedRequest } from '../request'
import {
  type Fields,
  fieldsOf,
  invalidField,
  readBoolean,
  readInstant,
  readText,
  readWholeNumber,
  readWord,
} from './fields'
import { type JsonObject, readBody, readPermittedObject } from './json'

// What a request that changes a ring says: in its body, and in `Idempotency-Key`.

/**
 * The body of a request that changes a ring; `{}` where the contract's are not looked at.
 * @throws {Problem} `invalid-request`, `payload-too-large`, `permission-denied`
 */
export function readRingBody(request: PermittedRequest): JsonObject {
  const { rotateBody, overlap } = request.contract
  if (rotateBody || overlap.kind === 'chosen') return readPermittedObject(request)
  readBody(request)
  return {}
}

const idempotencyHeader = 'Idempotency-Key'

/**
 * What is remembered of the request's `Idempotency-Key`; null where it has none, or the contract knows none.
 * @throws {Problem} `invalid-request` for a key that is malformed, or required and missing
 */
export function readIdempotency(
  { contract, headers, actor }: PermittedRequest,
  operation: IdempotentOperation,
  body: JsonObject,
): IdempotencyRecord | null {
  const key = headerOf(headers, idempotencyHeader)
  if (contract.idempotencyKey === 'off') return null
  if (key === null && contract.idempotencyKey === 'optional') return null
  if (key === null) throw invalidField(idempotencyHeader, 'must be given')
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalidField(idempotencyHeader, 'must be 1 to 255 visible ASCII characters')
  return idempotencyRecord(actor, operation, { key, body })
}

type ReasonRule = NonNullable<RotateBody['reason']>

export interface RotateRequestBody {
  readonly body: JsonObject
  /** Whose dialect the body is in. */
  readonly dialect: Contract
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
export function readRotateChoice({ body, dialect, contract, mounted, now }: RotateRequestBody): RotateChoice {
  const { overlap, rotateBody } = dialect
  const { ownSecret, reason, force } = rotateBody ?? {}
  const fields = fieldsOf(body, rotateBody?.unknownFields ?? 'ignore')
  const choice = {
    overlapSeconds:
      overlap.kind === 'chosen' && fields.read(overlap.field, value => readOverlapSeconds(overlap, value, now)),
    ownSecret: ownSecret && readOwnSecretOf(fields, contract, ownSecret),
    reason: reason && fields.read(reason.field, value => readReason(reason, mounted, value)),
    forced: force && fields.read(force.field, value => readBoolean(force.field, value)),
  }
  fields.finish()
  return {
    overlapSeconds: typeof choice.overlapSeconds === 'number' ? choice.overlapSeconds : null,
    ownSecret: choice.ownSecret ?? null,
    reason: choice.reason ?? null,
    forced: choice.forced ?? false,
  }
}

function readOwnSecretOf(fields: Fields, contract: Contract, rule: OwnSecret): Secret | undefined {
  const reader = (value: unknown): Secret => readOwnSecret(contract, rule, value)
  return rule.required ? fields.require(rule.field, reader) : fields.read(rule.field, reader)
}

/** A reason is kept in the audit log for good, so nothing in the form of a secret may stand in it. */
function readReason(rule: ReasonRule, mounted: readonly Contract[], value: unknown): string {
  const reason = readText(rule.field, rule.maximumCharacters, value)
  const formats = mounted.flatMap(({ secret, credentials: { apiKey } }) => (apiKey ? [secret, apiKey] : [secret]))
  if (!formats.some(format => containsText(format, reason))) return reason
  throw invalidField(rule.field, 'must not hold anything that looks like a signing secret or an API key')
}

/** A caller's own secret in the contract's format. A contract whose own secrets are shorter takes that length. */
export function readOwnSecret({ secret, signing }: Contract, rule: OwnSecret, value: unknown): Secret {
  if (typeof value !== 'string') throw invalidField(rule.field, 'must be a text')
  if (rule.free) return parseFreeSecret({ signing }, value, rule)
  return parseOwnSecret(secret, value, { ...rule, minimumBytes: Math.min(rule.minimumBytes, secret.bytes) })
}

export type ChosenOverlap = Extract<Overlap, { kind: 'chosen' }>

const secondsIn = { seconds: 1, minutes: 60, hours: 60 * 60 } as const

/**
 * The overlap that a caller chose, in whole seconds.
 * @throws {Problem} `invalid-request` at the rule's field, saying what is allowed
 */
function readOverlapSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const seconds = inSeconds(rule, value, now)
  if (seconds >= 0 && seconds <= rule.maximumSeconds) return seconds
  throw invalidField(rule.field, `must be 0 to ${rule.maximumSeconds} seconds long`)
}

function inSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const { field, unit, defaultSeconds, maximumSeconds, words = {} } = rule
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours': {
      const most = Math.floor(maximumSeconds / secondsIn[unit])
      return readWholeNumber(field, [0, most], value) * secondsIn[unit]
    }
    case 'boolean':
      return readBoolean(field, value) ? defaultSeconds : 0
    case 'words':
      return words[readWord(field, Object.keys(words), value)] ?? 0
    case 'iso-duration':
      return readDuration(field, value)
    case 'instant':
      return readSecondsUntil(field, value, now)
  }
}

function readDuration(field: string, value: unknown): number {
  const seconds = typeof value === 'string' ? parseIsoDuration(value) : null
  if (seconds === null) throw invalidField(field, 'must be an ISO 8601 duration without years and months, like PT24H')
  return seconds
}

/** The seconds until an RFC 3339 instant, rounded up: what was promised until then works until then. */
function readSecondsUntil(field: string, value: unknown, now: Date): number {
  const at = readInstant(field, value).getTime()
  if (at < now.getTime()) throw invalidField(field, 'must not be in the past')
  return Math.ceil((at - now.getTime()) / 1000)
}

/** Weeks, or days and a time, in whole numbers. Years and months have no fixed length. */
const pattern = /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)$/

const secondsOf = [7 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60, 1]

/** The seconds of an ISO 8601 duration like `P1DT12H` or `P2W`, or null where `text` is none. */
function parseIsoDuration(text: string): number | null {
  const counts = pattern.exec(text)?.slice(1)
  if (counts === undefined || counts.every(count => count === undefined)) return null
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (secondsOf[index] ?? 0), 0)
}
