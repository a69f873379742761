import type { Contract, Operation } from '../contracts/contract'
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
export function useReply({ times }: Contract, { reply }: Operation, { values, replayed }: Outcome): Response {
  const headers = new Headers(replayed ? { 'idempotency-replayed': 'true' } : {})
  if (reply.body === null) return new Response(null, { status: reply.status, headers })
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(renderShape(reply.body, values, times)), { status: reply.status, headers })
}
