import type { Contract, Operation } from '../contracts/contract'
import type { ApiReply } from './api-request'
import { renderShape, type Values } from './render-shape'

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
export function useReply({ times }: Contract, { reply }: Operation, { values, replayed }: Outcome): ApiReply {
  const { status, body } = reply
  const replays = replayed ? { 'idempotency-replayed': 'true' } : {}
  if (body === null) return { status, headers: replays, body: '' }
  const headers = { ...replays, 'content-type': 'application/json' }
  return { status, headers, body: JSON.stringify(renderShape(body, values, times)) }
}
