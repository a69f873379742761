import type { Contract, SecondRotation } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import { Problem, type ProblemCode } from '../../src/core/problem'
import { createEndpoint } from '../../src/rotation/create'
import { deleteEndpoint } from '../../src/rotation/delete'
import type { Endpoint, IdempotencyRecord } from '../../src/rotation/endpoint'
import { idempotencyRecord } from '../../src/rotation/idempotency'
import { revealCurrent, type Revealed } from '../../src/rotation/reveal'
import { revokePreviousKeys } from '../../src/rotation/revoke'
import { rotateSecret } from '../../src/rotation/rotate'
import { settle } from '../../src/rotation/settle'
import { sweep, type SweepDeps } from '../../src/rotation/sweep'
import { updateEndpoint } from '../../src/rotation/update'
import { plainSettings } from '../support/plain-settings'

/** One request, or one run of the sweep. `key`: its `Idempotency-Key`. */
export type Operation =
  | {
      readonly kind: 'rotate'
      readonly endpointId: string
      readonly overlapSeconds: number
      readonly forced: boolean
      readonly key: string | null
    }
  | {
      readonly kind: 'create'
      readonly endpointId: string
      readonly mirror: 'on' | 'off'
      readonly key: string | null
    }
  | { readonly kind: 'revoke'; readonly endpointId: string; readonly key: string | null }
  | { readonly kind: 'mirror'; readonly endpointId: string; readonly to: 'on' | 'off' }
  | { readonly kind: 'share'; readonly endpointId: string; readonly consumers: readonly string[] }
  | { readonly kind: 'delete'; readonly endpointId: string }
  | { readonly kind: 'reveal'; readonly endpointId: string }
  | { readonly kind: 'settle'; readonly endpointId: string }
  | { readonly kind: 'sweep' }

/** What a caller was answered. `failed`: an error that is not a problem, or no answer at all. */
export type OperationReply =
  | { readonly kind: 'revealed'; readonly revealed: Revealed; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: ProblemCode }
  | { readonly kind: 'failed' }

export const tenantId = 'acme'
/** As many as there are ids in a plan. */
export const mostEndpoints = 2
export const actor = { kind: 'api-key', id: 'ak_1' } as const

const sweepMilliseconds = 50_000
const settleMilliseconds = 2000

/** The contract of every endpoint: our own, with the given rule for a second rotation, and resetting the failures. */
export function contractWith(secondRotation: SecondRotation): Contract {
  return { ...keyturn, secondRotation, rotationResetsFailures: true }
}

/** Runs one operation to its answer. */
export async function runOperation(deps: SweepDeps, contract: Contract, operation: Operation): Promise<OperationReply> {
  try {
    const revealed = await perform(deps, contract, operation)
    return revealed ? { kind: 'revealed', revealed, text: revealed.secret.reveal() } : { kind: 'done' }
  } catch (error) {
    return error instanceof Problem ? { kind: 'refused', code: error.code } : { kind: 'failed' }
  }
}

async function perform(deps: SweepDeps, contract: Contract, operation: Operation): Promise<Revealed | null> {
  if (operation.kind === 'create') return create(deps, contract, operation)
  if (operation.kind === 'sweep') {
    await sweep(deps, new Date(deps.now().getTime() + sweepMilliseconds))
    return null
  }
  const endpoint = await deps.store.load({ tenantId, endpointId: operation.endpointId })
  if (!endpoint) throw new Problem('not-found', 'no such endpoint')
  if (operation.kind === 'settle') {
    await settle(deps, endpoint, { opened: new Map(), signal: deps.timeout(settleMilliseconds) })
    return null
  }
  if (endpoint.deletedAt) throw new Problem('not-found', 'deleted')
  return change(deps, { endpoint, contract, operation })
}

interface Request {
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly operation: Exclude<Operation, { readonly kind: 'create' | 'sweep' | 'settle' }>
}

async function change(deps: SweepDeps, { endpoint, contract, operation }: Request): Promise<Revealed | null> {
  switch (operation.kind) {
    case 'rotate': {
      const { overlapSeconds, forced } = operation
      const choice = { overlapSeconds, forced, ownSecret: null, reason: null }
      return rotateSecret(deps, { endpoint, contract, actor, choice, idempotency: recordOf(operation) })
    }
    case 'revoke':
      await revokePreviousKeys(deps, { endpoint, actor, idempotency: recordOf(operation) })
      return null
    case 'mirror':
      await updateEndpoint(deps, { endpoint, actor, change: { mirror: operation.to } })
      return null
    case 'share':
      await updateEndpoint(deps, { endpoint, actor, change: { consumers: operation.consumers } })
      return null
    case 'delete':
      await deleteEndpoint(deps, { endpoint, actor })
      return null
    case 'reveal':
      return revealCurrent(deps, { endpoint, actor })
  }
}

function create(
  deps: SweepDeps,
  contract: Contract,
  operation: Extract<Operation, { kind: 'create' }>,
): Promise<Revealed> {
  const { endpointId: id, mirror } = operation
  const settings = { ...plainSettings, mirror }
  const idempotency = recordOf(operation)
  return createEndpoint(deps, { tenantId, contract, actor, id, settings, ownSecret: null, idempotency, mostEndpoints })
}

/** What is remembered of the operation's `Idempotency-Key`. */
export function recordOf(operation: Extract<Operation, { readonly key: string | null }>): IdempotencyRecord | null {
  if (operation.key === null) return null
  const kind = operation.kind === 'revoke' ? 'revoke-previous' : operation.kind
  return idempotencyRecord(actor, kind, { key: operation.key, body: operation })
}
