import type { Contract, SecondRotation } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import { Problem, type ProblemCode } from '../../src/core/problem'
import { createEndpoint } from '../../src/rotation/create'
import { deleteEndpoint } from '../../src/rotation/delete'
import type { Actor, Endpoint, IdempotencyRecord } from '../../src/rotation/endpoint'
import { idempotencyRecord, type IdempotentOperation } from '../../src/rotation/idempotency'
import { revealCurrent, type Revealed } from '../../src/rotation/reveal'
import { revokePreviousKeys } from '../../src/rotation/revoke'
import { rotateSecret } from '../../src/rotation/rotate'
import { abandonPublished, promotePublished, rollBack } from '../../src/rotation/promote'
import { settle } from '../../src/rotation/settle'
import { sweep, type SweepDeps } from '../../src/rotation/sweep'
import { updateEndpoint } from '../../src/rotation/update'
import { plainSettings } from '../support/plain-settings'

/** One request, or one run of the sweep. `key`: its `Idempotency-Key`. */
export type Operation =
  | {
      readonly kind: 'rotate'
      readonly endpointId: string
      /** Null: the contract's own. */
      readonly overlapSeconds: number | null
      readonly forced: boolean
      readonly key: string | null
    }
  | Step
  | {
      readonly kind: 'create'
      readonly endpointId: string
      readonly mirror: 'on' | 'off'
      /** Who reads the mirror besides its own account. Absent: nobody. */
      readonly consumers?: readonly string[]
      readonly key: string | null
    }
  | { readonly kind: 'revoke'; readonly endpointId: string; readonly key: string | null }
  | { readonly kind: 'mirror'; readonly endpointId: string; readonly to: 'on' | 'off' }
  | { readonly kind: 'share'; readonly endpointId: string; readonly consumers: readonly string[] }
  | { readonly kind: 'delete'; readonly endpointId: string }
  | { readonly kind: 'reveal'; readonly endpointId: string }
  | { readonly kind: 'settle'; readonly endpointId: string }
  | { readonly kind: 'sweep' }

/** What publishes a key, and what becomes of it. */
export type Step =
  | {
      readonly kind: 'publish'
      readonly endpointId: string
      readonly signing: 'published' | 'manual'
      readonly leadSeconds: number
      /** Null: the default. */
      readonly overlapSeconds: number | null
      readonly key: string | null
    }
  | { readonly kind: 'promote'; readonly endpointId: string; readonly forced: boolean; readonly key: string | null }
  | {
      readonly kind: 'abandon'
      readonly endpointId: string
      /** Null: the default. */
      readonly overlapSeconds: number | null
      readonly key: string | null
    }
  | { readonly kind: 'roll-back'; readonly endpointId: string; readonly forced: boolean; readonly key: string | null }

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
/** Who forces a step, so that its change says that it was forced. */
export const forcingActor = { kind: 'api-key', id: 'ak_forcing' } as const

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
    case 'publish':
    case 'promote':
    case 'abandon':
    case 'roll-back':
      return takeStep(deps, { endpoint, contract, operation })
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

async function takeStep(
  deps: SweepDeps,
  { endpoint, contract, operation }: Request & { readonly operation: Step },
): Promise<Revealed | null> {
  const request = { endpoint, contract, actor: actorOf(operation), idempotency: recordOf(operation) }
  const keyId = endpoint.published?.key.id ?? 'none'
  switch (operation.kind) {
    case 'publish': {
      const { signing, leadSeconds, overlapSeconds } = operation
      const publish = { signing, leadSeconds }
      const choice = { overlapSeconds, forced: false, ownSecret: null, reason: null, publish }
      return rotateSecret(deps, { ...request, choice, whilePublished: 'refuse' })
    }
    case 'promote':
      await promotePublished(deps, { ...request, keyId, forced: operation.forced })
      return null
    case 'abandon':
      await abandonPublished(deps, { ...request, keyId, overlapSeconds: operation.overlapSeconds })
      return null
    case 'roll-back':
      await rollBack(deps, { ...request, forced: operation.forced })
      return null
  }
}

function actorOf(operation: Operation): Actor {
  const isForcedStep = (operation.kind === 'promote' || operation.kind === 'roll-back') && operation.forced
  return isForcedStep ? forcingActor : actor
}

function create(
  deps: SweepDeps,
  contract: Contract,
  operation: Extract<Operation, { kind: 'create' }>,
): Promise<Revealed> {
  const { endpointId: id, mirror, consumers = [] } = operation
  const settings = { ...plainSettings, mirror, consumers }
  const idempotency = recordOf(operation)
  return createEndpoint(deps, { tenantId, contract, actor, id, settings, ownSecret: null, idempotency, mostEndpoints })
}

const idempotentKinds = {
  rotate: 'rotate',
  publish: 'rotate',
  create: 'create',
  revoke: 'revoke-previous',
  promote: 'promote',
  abandon: 'abandon',
  'roll-back': 'roll-back',
} as const satisfies Record<Extract<Operation, { readonly key: string | null }>['kind'], IdempotentOperation>

/** What is remembered of the operation's `Idempotency-Key`. */
export function recordOf(operation: Extract<Operation, { readonly key: string | null }>): IdempotencyRecord | null {
  if (operation.key === null) return null
  const kind = idempotentKinds[operation.kind]
  return idempotencyRecord(actorOf(operation), kind, { key: operation.key, body: operation })
}
