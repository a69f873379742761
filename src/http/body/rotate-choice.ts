import type { Contract } from '../../contracts/contract'
import { parseOwnSecret, type OwnSecretRule } from '../../contracts/secret-text'
import type { RotateChoice } from '../../rotation/rotation-policy'
import type { Secret } from '../../rotation/secret'
import { fieldsOf } from './fields'
import { invalidField } from './invalid-field'
import type { JsonObject } from './json-object'
import { readOverlapSeconds } from './overlap-seconds'
import { readBoolean, readText } from './read-value'

export interface RotateRequestBody {
  readonly body: JsonObject
  /** Whose dialect the body is in. */
  readonly dialect: Contract
  /** The endpoint's own, which rules the secret's format. */
  readonly contract: Contract
  readonly now: Date
}

/**
 * What the caller of a rotation chose.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readRotateChoice({ body, dialect, contract, now }: RotateRequestBody): RotateChoice {
  const { overlap, rotateBody } = dialect
  const { ownSecret, reason, force } = rotateBody ?? {}
  const fields = fieldsOf(body, rotateBody?.unknownFields ?? 'ignore')
  const choice = {
    overlapSeconds:
      overlap.kind === 'chosen' && fields.read(overlap.field, value => readOverlapSeconds(overlap, value, now)),
    ownSecret: ownSecret && fields.read(ownSecret.field, value => readOwnSecret(contract, ownSecret, value)),
    reason: reason && fields.read(reason.field, value => readText(reason.field, reason.maximumCharacters, value)),
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

/** A caller's own secret in the contract's format. A contract whose own secrets are shorter takes that length. */
export function readOwnSecret({ secret }: Contract, rule: OwnSecretRule, value: unknown): Secret {
  if (typeof value !== 'string') throw invalidField(rule.field, 'must be a text')
  return parseOwnSecret(secret, value, { ...rule, minimumBytes: Math.min(rule.minimumBytes, secret.bytes) })
}
