import type { Contract, Operation } from '../../../src/contracts/contract'
import { type Route, routesOf } from '../../../src/contracts/routes'
import { Problem } from '../../../src/core/problem'
import { neverDelivered } from '../../../src/delivery/health'
import { isObject } from '../../../src/http/body/json'
import { readRotateChoice } from '../../../src/http/body/ring'
import { endpointValues } from '../../../src/http/endpoint-values'
import { matchRoute } from '../../../src/http/match-route'
import { timesOf } from '../../../src/contracts/defaults'
import { problemReply, renderShape, type Values } from '../../../src/http/reply'
import { revealOutcome } from '../../../src/http/uses/ring'
import type { VendorReply } from '../../../src/rotation-hook/vendor-failure'
import type { VendorHttpRequest } from '../../../src/rotation-hook/vendor-request'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { idempotencyRecord } from '../../../src/rotation/idempotency'
import type { RotationDeps } from '../../../src/rotation/ports'
import { revealCurrent } from '../../../src/rotation/reveal'
import { rotateSecret } from '../../../src/rotation/rotate'
import { actor } from '../operation'
import { baseUrl, endpointId, type HookBed, noteAsked, tenantId } from './bed'

// Keyturn in the vendor’s place: what it reads out of a request of the hook, and what it replies.

/** One request of the hook, as it arrives. */
export interface VendorRequest {
  readonly operation: Operation
  readonly idempotencyKey: string | null
  readonly body: unknown
  /** Kept with the rotation, to know it by. */
  readonly reason: string
}

/** What the vendor reads out of a request of the rotation that the token names. */
export function requestOf(
  bed: HookBed,
  token: string,
  { url, request }: { readonly url: string; readonly request: VendorHttpRequest },
): VendorRequest {
  const operation = operationAt(bed.plan.contract, url.slice(baseUrl.length), request)
  const idempotencyKey = request.headers['idempotency-key'] ?? null
  const body: unknown = request.body === null ? undefined : JSON.parse(request.body)
  return { operation, idempotencyKey, body, reason: noteAsked(bed.record, token) }
}

const routes = new WeakMap<Contract, readonly Route[]>()

function operationAt(contract: Contract, path: string, { method, body }: VendorHttpRequest): Operation {
  const known = routes.get(contract) ?? routesOf([{ contract, basePath: '' }])
  routes.set(contract, known)
  const match = matchRoute(known, { method, path, query: '', headers: new Map(), body: Buffer.from(body ?? '') })
  if (match.kind === 'found') return match.route.operation
  throw new TypeError(`the vendor has no ${method} ${path}`)
}

interface Served extends VendorRequest {
  readonly contract: Contract
  readonly endpoint: Endpoint
}

/** Keyturn's use cases as the vendor. Does not reject: whatever goes wrong is a reply. */
export async function serveRequest(
  deps: RotationDeps,
  contract: Contract,
  request: VendorRequest,
): Promise<VendorReply> {
  try {
    const endpoint = await deps.store.load({ tenantId, endpointId })
    if (endpoint === null) throw new Problem('not-found', 'no such endpoint')
    const values = await valuesOf(deps, { ...request, contract, endpoint })
    const { status, body } = request.operation.reply
    return { status, retryAfter: null, body: body === null ? undefined : renderShape(body, values, timesOf(contract)) }
  } catch (error) {
    return refused(error, contract)
  }
}

const beside = { health: neverDelivered, older: [], viewer: { principal: { kind: 'api-key' } } } as const

async function valuesOf(deps: RotationDeps, served: Served): Promise<Values> {
  const { operation, endpoint } = served
  const { use } = operation
  if (use === 'rotate') return rotate(deps, served)
  if (use === 'reveal') return revealOutcome(await revealCurrent(deps, { endpoint, actor }), beside).values
  const values = endpointValues(endpoint, neverDelivered, beside.viewer)
  return use === 'secret-state' ? { ...values, keys: [], mirror: {}, policy: null } : values
}

async function rotate(deps: RotationDeps, served: Served): Promise<Values> {
  const { contract, operation, endpoint, idempotencyKey: key, body, reason } = served
  const given = isObject(body) ? body : {}
  const request = { body: given, query: '', parameters: {}, headers: new Map<string, string>() }
  const mounted = [contract]
  const choice = readRotateChoice({ request, dialect: contract, operation, contract, mounted, now: deps.now() })
  const idempotency =
    contract.vendorReplays && key !== null ? idempotencyRecord(actor, 'rotate', { key, body: given }) : null
  const revealed = await rotateSecret(deps, { endpoint, contract, actor, choice: { ...choice, reason }, idempotency })
  return revealOutcome(revealed, beside).values
}

function refused(error: unknown, contract: Contract): VendorReply {
  const problem = error instanceof Problem ? error : new Problem('internal', 'Something went wrong.')
  const { status, headers, body } = problemReply(problem, contract, {
    request: { id: 'req_1', method: 'POST', path: '/' },
    now: new Date(0),
  })
  return { status, retryAfter: headers['retry-after'] ?? null, body: JSON.parse(body) }
}
