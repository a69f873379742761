import type { Contract, OperationOf } from '../contracts/contract'
import { Secret } from '../rotation/secret'
import { parseTime } from './parse-time'
import { readShape } from './read-shape'
import type { Rotated, ShownSecret } from './vendor'

type Revealing = OperationOf<'rotate'> | OperationOf<'reveal'>
type Showing = OperationOf<'get'> | OperationOf<'secret-state'>

/** What a reply reveals; null where it is not as the contract says. */
export function readRotated(contract: Contract, { reply }: Revealing, body: unknown): Rotated | null {
  if (reply.body === null) return null
  const fields = readShape(reply.body, body)
  const secret = fields.get('signingSecret')
  if (typeof secret !== 'string' || secret === '') return null
  const previous = fields.get('previousExpiresAt')
  return {
    secret: new Secret(secret),
    keyId: textOf(fields.get('keyId')),
    version: numberOf(fields.get('version')),
    tenantId: textOf(fields.get('tenantId')),
    rotatedAt: parseTime(fields.get('rotatedAt'), contract.times),
    previousExpiresAt: previous === null ? null : (parseTime(previous, contract.times) ?? undefined),
  }
}

/** What a read shows of the current secret. */
export function readShown({ reply }: Showing, body: unknown): ShownSecret {
  const fields = reply.body === null ? new Map<string, unknown>() : readShape(reply.body, body)
  return { hint: textOf(fields.get('secretHint')), mask: textOf(fields.get('secretMask')) }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}
