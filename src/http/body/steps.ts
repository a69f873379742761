import type { Contract } from '../../contracts/contract'
import { publishedOverlapSeconds } from '../../rotation/published'
import { type Fields, fieldsOf, readBoolean, readText, readWholeNumber } from './fields'
import type { JsonObject } from './json'
import { readRevision, type RevisionChoice } from './ring'

// What the requests say that make no key: a promote, an abandon, a roll-back, a revoke. Their members have our own names.

const longestKeyId = 128

export interface PromoteBody extends RevisionChoice {
  readonly keyId: string
  readonly force: boolean
}

/** @throws {Problem} `invalid-request` naming every field at fault, as the others here */
export function readPromote(contract: Contract, body: JsonObject): PromoteBody {
  return readFields(contract, body, fields => ({ keyId: readKeyId(fields), force: readForce(fields) }))
}

export interface AbandonBody extends RevisionChoice {
  readonly keyId: string
  /** Null: not given. */
  readonly overlapSeconds: number | null
}

export function readAbandon(contract: Contract, body: JsonObject): AbandonBody {
  return readFields(contract, body, fields => {
    const range = [0, publishedOverlapSeconds.maximum] as const
    const overlapSeconds = fields.read('overlapSeconds', value => readWholeNumber('overlapSeconds', range, value))
    return { keyId: readKeyId(fields), overlapSeconds: overlapSeconds ?? null }
  })
}

export function readRollBack(contract: Contract, body: JsonObject): RevisionChoice & { readonly force: boolean } {
  return readFields(contract, body, fields => ({ force: readForce(fields) }))
}

export interface RevokeBody extends RevisionChoice {
  /** The key that signs must be proven. */
  readonly requireProof: boolean
}

export function readRevoke(contract: Contract, body: JsonObject): RevokeBody {
  const field = contract.revokeBody?.proofField
  return readFields(contract, body, fields => {
    const requireProof = field !== undefined && fields.read(field, value => readBoolean(field, value))
    return { requireProof: requireProof ?? false }
  })
}

function readKeyId(fields: Fields): string {
  return fields.require('keyId', value => readText('keyId', longestKeyId, value)) ?? ''
}

function readForce(fields: Fields): boolean {
  return fields.read('force', value => readBoolean('force', value)) ?? false
}

/** What `read` makes of the body's fields, and the revision that the caller saw. */
function readFields<Body extends object>(
  { rotateBody }: Contract,
  body: JsonObject,
  read: (fields: Fields) => Body,
): Body & RevisionChoice {
  const fields = fieldsOf(body, rotateBody?.unknownFields ?? 'ignore')
  const found = read(fields)
  const { ifRevision: rule } = rotateBody ?? {}
  const ifRevision = rule && fields.read(rule.field, value => readRevision(rule.field, value))
  fields.finish()
  return { ...found, ifRevision: ifRevision ?? null }
}
