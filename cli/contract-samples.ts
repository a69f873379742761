import { randomBytes, randomUUID } from 'node:crypto'
import { sampleTenantId } from '../local/own-contracts'
import { sayableOverlap } from '../scripts/openapi/sample'
import {
  choosesSecret,
  type Contract,
  neededPermissions,
  type Operation,
  operationOf,
  type Span,
} from '../src/contracts/contract'
import { newEndpointId } from '../src/contracts/ids'
import { mayBeEndless, mustBeSaid, overlapAfter, saidLength } from '../src/contracts/overlap'
import { newText } from '../src/contracts/secret-text'
import { addSeconds } from '../src/core/instant'
import { Secret } from '../src/core/secret'
import { messageIdOf } from '../src/delivery/delivery'
import { neverDelivered } from '../src/delivery/health'
import { signedRequest } from '../src/delivery/signed-request'
import { standardDelivery } from '../src/contracts/defaults'
import { endpointValues } from '../src/http/endpoint-values'
import { outcome, outcomeReply } from '../src/http/reply'
import type { ApiReply } from '../src/http/request'
import { revealOutcome } from '../src/http/uses/ring'
import { ownSecretMember, vendorRequest } from '../src/rotation-hook/vendor-request'
import { sentBackOf } from '../src/rotation-hook/vendor-reply'
import { newDraft } from '../src/rotation/change'
import { newEndpoint } from '../src/rotation/create'
import type { Endpoint } from '../src/rotation/endpoint'
import { newKey, type OpenedKey } from '../src/rotation/keys'
import { previousEnd, rotateRing, rotationPolicyOf } from '../src/rotation/ring'
import { refusalsOf } from './error-samples'

// What a contract makes of one rotation, by the code that serves it: the request as the hook writes it, the reply, the
// refusals and a delivery as Keyturn does in the vendor's place. Every secret in it is made up on the spot.

export interface Route {
  readonly use: string
  readonly method: string
  readonly path: string
  /** Who may call, in words. */
  readonly access: string
}

/** A message as it goes over the wire. */
export interface Sample {
  /** `POST https://…` or the reply's status. */
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none. */
  readonly body: string
}

/** A refusal, with the code of its problem. */
export interface ErrorSample extends Sample {
  readonly problem: string
}

export interface Samples {
  readonly request: Sample
  /** Whether the request says an overlap that the hook says only where it is told one. */
  readonly saysOverlap: boolean
  readonly reply: Sample
  /** Only where the rotation's own reply does not show the secret, and another operation does. */
  readonly reveal: Sample | null
  /** One for each status and form of the refusals that there are. */
  readonly errors: readonly ErrorSample[]
  /** Signed while the key before works for as long as it may. */
  readonly delivery: Sample
}

export function routesOfContract({ operations }: Contract): readonly Route[] {
  return operations.map(({ use, method, path, access }) => ({ use, method, path, access: whoMayCall(access) }))
}

function whoMayCall(access: Operation['access']): string {
  if (access === 'anyone') return 'anyone'
  if (access === undefined) return 'the rotation hook'
  const { session, apiKey } = access
  const permissions = apiKey === undefined ? [] : neededPermissions(apiKey)
  const plan = apiKey?.minimumPlan === undefined ? [] : [`plan ${apiKey.minimumPlan}`]
  return [
    ...(session === undefined ? [] : [`session of ${session.roles.join(' or ')}`]),
    ...(apiKey === undefined ? [] : [['API key', [...permissions, ...plan].join(', ')].filter(Boolean).join(' with ')]),
  ].join('; ')
}

/** The hook calls a vendor by its API key. */
const hook = { principal: { kind: 'api-key' } } as const

/** One rotation at `now`. Null: the contract has none. */
export async function samplesOf(contract: Contract, now: Date): Promise<Samples | null> {
  const rotate = operationOf(contract, 'rotate')
  if (rotate === null) return null
  const rotated = await rotatedEndpoint(contract, now)
  const { endpoint, secret } = rotated
  const revealed = revealOutcome(
    {
      endpoint,
      secret,
      keyId: endpoint.ring.keys[0].id,
      version: endpoint.ring.version,
      rotatedAt: now,
      state: 'signing',
      signsFrom: now,
      previousExpiresAt: previousEnd(endpoint.ring, now),
      mirror: 'current',
      replayed: false,
    },
    { health: neverDelivered, older: olderOf(rotated), viewer: hook },
  )
  const reveal = operationOf(contract, 'reveal')
  return {
    request: requestOf(contract, rotate, { endpoint, secret, now }),
    saysOverlap:
      contract.overlap.kind === 'chosen' && !mustBeSaid(contract.overlap) && sayableOverlap(contract) !== null,
    reply: replyOf(outcomeReply(contract, rotate, revealed, asked(rotate, endpoint, now))),
    reveal: reveal === null ? null : replyOf(outcomeReply(contract, reveal, revealed, asked(reveal, endpoint, now))),
    errors: refusalsOf(contract, rotate, { ring: endpoint.ring, ...asked(rotate, endpoint, now) }).map(
      ({ problem, reply }) => ({ problem, ...replyOf(reply) }),
    ),
    delivery: await deliveryOf(contract, rotated, now),
  }
}

interface Rotated {
  readonly endpoint: Endpoint
  /** As the endpoint, but rotated with the longest overlap that there is. */
  readonly overlapping: Endpoint
  readonly secret: Secret
  readonly opened: ReadonlyMap<string, Secret>
}

/** The keys before, which some replies show. */
function olderOf({ endpoint, opened }: Rotated): readonly OpenedKey[] {
  const [, ...older] = endpoint.ring.keys
  return older.flatMap(key => {
    const secret = opened.get(key.id)
    return secret === undefined ? [] : [{ key, secret }]
  })
}

/** What a reply may show of its request. */
function asked({ method, path }: Operation, { id, tenantId }: Endpoint, now: Date) {
  return { request: { id: randomUUID(), method, path, parameters: { id, tenant: tenantId } }, now }
}

const eventType = 'order.paid'

/** An endpoint that was made an hour ago, and is rotated now. */
async function rotatedEndpoint(contract: Contract, now: Date): Promise<Rotated> {
  const tenantId = sampleTenantId(contract)
  const id = newEndpointId(contract.ids, randomBytes)
  const owner = { tenantId, endpointId: id, contract }
  const deps = { randomBytes, sealer: { seal: async () => 'sealed', open: async () => new Secret('opened') } }
  const [first, next] = [await newKey(deps, owner, null), await newKey(deps, owner, null)]
  const before = addSeconds(now, -3600)
  const choice = { overlapSeconds: saidOverlapOf(contract), ownSecret: null, reason: null, forced: true }
  const policy = rotationPolicyOf({ ...contract, cooldownSeconds: 0 }, choice)
  const actor = { kind: 'keyturn', id: 'sample' } as const
  const draft = newDraft(deps, { kind: 'create', actor, reason: null, overlapSeconds: 0, idempotency: null })
  const settings = {
    url: `https://receiver.example/${contract.name}`,
    description: 'Orders',
    name: 'Orders',
    eventTypes: [eventType],
    status: 'active',
    mirror: 'on',
    requestConfig: { timeoutMs: 5000, headers: {} },
    consumers: [],
  } as const
  const birth = { tenantId, id, contract: contract.name, incarnation: 'inc', settings, key: first.sealedKey, draft }
  const born = newEndpoint(birth, before, null)
  const key = { ...next.sealedKey, createdAt: now, expiresAt: null }
  const ring = rotateRing(born.ring, key, policy)
  const longest = rotateRing(born.ring, key, { ...policy, overlapSeconds: longestOverlap(contract) })
  return {
    endpoint: { ...born, ring, updatedAt: now },
    overlapping: { ...born, ring: longest, updatedAt: now },
    secret: next.secret,
    opened: new Map([
      [first.sealedKey.id, first.secret],
      [next.sealedKey.id, next.secret],
    ]),
  }
}

function longestOverlap(contract: Contract): Span {
  const { overlap } = contract
  if (overlap.kind !== 'chosen') return overlapAfter(contract, null)
  if (mayBeEndless(contract)) return 'endless'
  return Math.max(...(overlap.words === undefined ? [overlap.maximumSeconds] : lengthsOf(overlap.words)))
}

function lengthsOf(words: Readonly<Record<string, Span>>): readonly number[] {
  return Object.values(words).flatMap(span => (span === 'endless' ? [] : span))
}

interface Rotating {
  readonly endpoint: Endpoint
  readonly secret: Secret
  readonly now: Date
}

function requestOf(contract: Contract, operation: Operation, { endpoint, secret, now }: Rotating): Sample {
  const credential = credentialOf(contract, operation)
  const members = choosesSecret(contract)
    ? { ...sentBackBy(contract, endpoint, now), ...ownSecretMember(contract, secret) }
    : {}
  const { url, request } = vendorRequest(
    {
      contract,
      baseUrl: `https://api.${contract.name}.example`,
      endpointId: endpoint.id,
      tenantId: endpoint.tenantId,
      overlapSeconds: sayableOverlap(contract),
    },
    { operation, credential, members, idempotencyKey: randomUUID(), now },
  )
  return { line: `${request.method} ${url}`, headers: request.headers, body: request.body ?? '' }
}

/** What the hook reads of the endpoint right before, and sends again. */
function sentBackBy(contract: Contract, endpoint: Endpoint, now: Date) {
  const get = operationOf(contract, 'get')
  if (get === null || contract.client?.sentBack === undefined) return {}
  const shown = outcome(endpointValues(endpoint, neverDelivered, hook))
  const { body } = outcomeReply(contract, get, shown, asked(get, endpoint, now))
  return sentBackOf(contract, get, body === '' ? null : JSON.parse(body)) ?? {}
}

/** A made-up API key where the operation takes one; else the kind of what stands there. */
function credentialOf({ credentials: { apiKey } }: Contract, { access }: Operation): Secret {
  const takesKeys = access === undefined || (access !== 'anyone' && access.apiKey !== undefined)
  if (takesKeys && apiKey !== undefined) return new Secret(newText(apiKey, randomBytes))
  return new Secret(access === undefined ? '<token>' : '<session>')
}

/** As the request says it. Null: it says none. */
function saidOverlapOf(contract: Contract): number | null {
  const { overlap } = contract
  const asked = sayableOverlap(contract)
  if (overlap.kind !== 'chosen' || asked === null) return null
  const said = saidLength(overlap, asked)
  return said === 'endless' ? null : said
}

function replyOf({ status, headers, body }: ApiReply): Sample {
  return { line: String(status), headers, body }
}

async function deliveryOf(contract: Contract, { overlapping: endpoint, opened }: Rotated, now: Date): Promise<Sample> {
  const event = { tenantId: endpoint.tenantId, id: 'evt_sample', type: eventType, at: now, payload: { total: 3 } }
  const origin = {
    tenantId: endpoint.tenantId,
    eventId: event.id,
    endpointId: endpoint.id,
    incarnation: endpoint.incarnation,
  }
  const id = messageIdOf((contract.delivery ?? standardDelivery).messageIds, origin)
  const openKey = async ({ id: keyId }: { readonly id: string }): Promise<Secret> =>
    opened.get(keyId) ?? new Secret('unknown')
  const log = { info: () => undefined, error: () => undefined }
  const url = endpoint.settings.url ?? ''
  const addressed = { endpoint, contract, url, message: { id, endpointId: endpoint.id, event } }
  const { request } = await signedRequest({ openKey, now: () => now, log }, addressed)
  return { line: `POST ${request.url}`, headers: request.headers, body: request.body }
}
