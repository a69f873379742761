import { randomBytes } from 'node:crypto'
import type { ApiKeyStore } from '../../../src/access/api-key'
import type { SessionPrincipal } from '../../../src/access/authenticate'
import { useNoter } from '../../../src/access/note-use'
import { createApiKey, type NewApiKeyDeps, type NewApiKeyRequest } from '../../../src/access/create-api-key'
import { allContracts } from '../../../src/contracts/all'
import { type Contract, permissionsForNamedTenants } from '../../../src/contracts/contract'
import type { Fields } from '../../../src/core/log'
import { Problem } from '../../../src/core/problem'
import type { PutBackDeps } from '../../../src/delivery/put-back-due'
import type { ApiSettings } from '../../../src/http/request'
import { type Serve, serve, type ServeDeps } from '../../../src/http/serve'
import { type DeliveryUseDeps, deliveryUses } from '../../../src/http/uses/deliveries'
import { type EndpointDeps, endpointUses } from '../../../src/http/uses/endpoints'
import { apiKeyUses } from '../../../src/http/uses/api-keys'
import { portalSessionUses } from '../../../src/http/uses/portal-sessions'
import { sessionUses } from '../../../src/http/uses/session'
import { healthUses } from '../../../src/http/uses/health'
import { ringUses } from '../../../src/http/uses/ring'
import { createEndpoint } from '../../../src/rotation/create'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import type { QueueRecoveriesDeps } from '../../../src/delivery/queue-recoveries'
import type { RotationDeps } from '../../../src/rotation/ports'
import type { Revealed } from '../../../src/rotation/reveal'
import { type CheckReply, replyChecker } from '../../support/described-replies'
import { fetchFrom, requestOf } from '../../support/fetch-from'
import { apiKeyTable, memoryApiKeyStore } from '../../support/memory/memory-api-key-store'
import { auditTable, memoryAuditLog } from '../../support/memory/memory-audit-log'
import { deliveryTable, memoryDelivery } from '../../support/memory/memory-delivery'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { memoryEventBus, publishedEvents } from '../../support/memory/memory-event-bus'
import { healthTable, memoryHealth } from '../../support/memory/memory-health'
import { memoryMirror, secretVault } from '../../support/memory/memory-mirror'
import { memoryPortalSessionStore, portalSessionTable } from '../../support/memory/memory-portal-session-store'
import { memoryRecovery } from '../../support/memory/memory-recovery'
import { memorySealer } from '../../support/memory/memory-sealer'

export const NOON = new Date('2026-11-21T12:00:00.000Z')

/** As a deployment says it. */
export const portalSettings = {
  origin: 'https://hooks.example',
  embedOrigins: ['https://app.example', 'https://admin.example'],
  returnOrigins: ['https://app.example', 'https://app.example.com'],
}

/** The tenant where it does not matter which: a UUID, as Storno's companies are. */
export const tenant = '550e8400-e29b-41d4-a716-446655440000'

export type Harness = ReturnType<typeof harness>

/** The whole API, with models in memory for all that it reaches outside, and a clock that stands still. */
export function harness(
  contracts: readonly Contract[] = allContracts,
  changes: Partial<ApiSettings> = {},
  random: (size: number) => Buffer = randomBytes,
) {
  const { deps, ...models } = newModels(random)
  const settings: ApiSettings = {
    contracts,
    stage: 'test',
    mirror: 'on',
    mostEndpoints: 1000,
    insecureTargets: false,
    release: '0.0.0',
    ...changes,
  }
  const usual: ServeDeps = {
    mounts: contracts.map(contract => ({ contract, basePath: '' })),
    uses: {
      ...ringUses(deps, settings),
      ...endpointUses(deps, settings),
      ...deliveryUses(deps, settings),
      ...healthUses(settings),
      ...sessionUses(),
      ...portalSessionUses({
        ...deps,
        sessions: models.portalSessions,
        apiKeys: models.apiKeys,
        settings: portalSettings,
      }),
      ...apiKeyUses({ ...deps, ...models, events: memoryEventBus(models.tables.published) }),
    },
    access: {
      apiKeys: models.apiKeys,
      noteUse: useNoter({ ...deps, apiKeys: models.apiKeys }),
      verifySession: readSession,
      portal: { sessions: models.portalSessions, origin: portalSettings.origin },
      now: deps.now,
    },
    log: deps.log,
  }
  const appWith = (other: Partial<ServeDeps>): Serve => serve({ ...usual, ...other })
  const app = appWith({})
  return {
    ...models,
    deps,
    settings,
    access: usual.access,
    app,
    appWith,
    send: requestsTo(app, checkerFor(contracts)),
    apiKey: apiKeysIn(models.apiKeys, deps),
    endpoint: endpointsIn(deps),
  }
}

function newModels(random: (size: number) => Buffer) {
  const clock = { now: NOON }
  const lines: { message: string; fields: Fields }[] = []
  const write = (message: string, fields: Fields): void => void lines.push({ message, fields })
  const tables = {
    endpoints: endpointTable(),
    audit: auditTable(),
    keys: apiKeyTable(),
    vault: secretVault(),
    health: healthTable(),
    delivery: deliveryTable(),
    published: publishedEvents(),
    portal: portalSessionTable(),
  }
  const deps: RotationDeps & EndpointDeps & DeliveryUseDeps & PutBackDeps & QueueRecoveriesDeps = {
    ...memoryDelivery(tables.delivery),
    health: memoryHealth(tables.health),
    recoveries: memoryRecovery(tables.health),
    store: memoryEndpointStore(tables.endpoints),
    audit: memoryAuditLog(tables.audit),
    sealer: memorySealer(),
    mirror: memoryMirror(tables.vault),
    events: memoryEventBus(tables.published),
    stage: 'test',
    now: () => clock.now,
    randomBytes: random,
    timeout: () => new AbortController().signal,
    log: { info: write, error: write },
  }
  const portalSessions = memoryPortalSessionStore(tables.portal)
  return { clock, lines, tables, apiKeys: memoryApiKeyStore(tables.keys), portalSessions, deps }
}

/** A text that the harness's sessions accept. */
export function sessionToken(session: Omit<SessionPrincipal, 'kind'>): string {
  return Buffer.from(JSON.stringify(session)).toString('base64url')
}

async function readSession(token: string): Promise<SessionPrincipal> {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('{')) throw new Problem('invalid-token', 'no')
  const { authenticatedAt, ...session } = JSON.parse(text) as Omit<SessionPrincipal, 'kind'>
  const signedIn = authenticatedAt === undefined ? {} : { authenticatedAt: new Date(authenticatedAt) }
  return { kind: 'session', ...session, ...signedIn }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Null for an empty body. */
  readonly json: unknown
}

/** Sends a request to the app as API Gateway does, and reads the whole reply. */
export type SendRequest = (method: string, path: string, init?: RequestInit) => Promise<Reply>

export function requestsTo(app: Serve, check: CheckReply = checkerFor(allContracts)): SendRequest {
  return async (method, path, init = {}) => {
    const request = new Request(`http://keyturn.test${path}`, { method, ...init })
    const seen = await requestOf(request.clone())
    const reply = await fetchFrom(app, request)
    const text = await reply.text()
    check(seen, { status: reply.status, contentType: reply.headers.get('content-type'), text })
    return { status: reply.status, headers: reply.headers, text, json: text === '' ? null : JSON.parse(text) }
  }
}

const checkers = new Map<readonly Contract[], CheckReply>()

/** Every reply is held against the description of the API. */
function checkerFor(contracts: readonly Contract[]): CheckReply {
  const check = checkers.get(contracts) ?? replyChecker(contracts.map(contract => ({ contract, basePath: '' })))
  checkers.set(contracts, check)
  return check
}

/** Makes an API key with every permission and the best plan of its contract, except for what is given. */
export type MakeApiKey = (contract: Contract, tenantId: string, given?: Partial<NewApiKeyRequest>) => Promise<string>

export function apiKeysIn(store: ApiKeyStore, deps: NewApiKeyDeps): MakeApiKey {
  return async (contract, tenantId, given = {}) => {
    const { plans = [] } = contract.credentials
    const all = given.tenantIds === 'all'
    const permissions = all ? (contract.credentials.permissions ?? []) : permissionsForNamedTenants(contract)
    const request = { contract, name: 'a key', tenantIds: [tenantId], permissions, plan: plans.at(-1) ?? null }
    const made = await createApiKey(store, deps, { ...request, expiresAt: null, ...given })
    return made.text.reveal()
  }
}

const defaultSettings: EndpointSettings = {
  url: 'https://receiver.example/hooks',
  description: 'orders',
  name: 'Orders',
  eventTypes: ['order.created'],
  status: 'active',
  mirror: 'on',
  requestConfig: { timeoutMs: 5000, headers: {} },
  consumers: [],
}

function endpointsIn(deps: RotationDeps) {
  return (contract: Contract, tenantId: string, given: Partial<EndpointSettings> = {}): Promise<Revealed> =>
    createEndpoint(deps, {
      tenantId,
      contract,
      actor: { kind: 'keyturn', id: 'seed' },
      id: null,
      settings: { ...defaultSettings, ...given },
      ownSecret: null,
      idempotency: null,
      mostEndpoints: 1000,
    })
}

/** The text at a place of the reply's body like `endpoint.id`. */
export function textAt({ json }: Reply, place: string): string {
  const value = place.split('.').reduce<unknown>((part, name) => Object(part)[name], json)
  if (typeof value !== 'string') throw new TypeError(`the reply has no text at ${place}`)
  return value
}

/** The whole seconds from NOON to a time in the reply's body. */
export function secondsUntil(reply: Reply, place: string): number {
  return Math.round((new Date(textAt(reply, place)).getTime() - NOON.getTime()) / 1000)
}

/** A refusal's status, its code, and the paths of its errors. */
export function faultsOf({ status, json }: Reply): unknown {
  const { code, errors } = Object(json)
  return { status, code, paths: errors.map((error: { path: string }) => error.path) }
}

/** What `faultsOf` gives for a request of which these members are wrong. */
export function invalid(...paths: string[]): unknown {
  return { status: 400, code: 'invalid-request', paths }
}

/** Headers with a bearer credential. */
export function bearer(token: string, more: Record<string, string> = {}): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}`, ...more } }
}

/** A request with a bearer credential and a JSON body. */
export function jsonBody(token: string, body: unknown, more: Record<string, string> = {}): RequestInit {
  return { ...bearer(token, more), body: JSON.stringify(body) }
}
