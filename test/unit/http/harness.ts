import { randomBytes } from 'node:crypto'
import type { SessionPrincipal } from '../../../src/access/authenticate'
import { createApiKey, type NewApiKeyRequest } from '../../../src/access/create-api-key'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import type { Fields } from '../../../src/core/log'
import { Problem } from '../../../src/core/problem'
import type { PutBackDeps } from '../../../src/delivery/put-back-due'
import type { ApiSettings } from '../../../src/http/request'
import { createApp } from '../../../src/http/serve'
import { type EndpointDeps, endpointUses } from '../../../src/http/uses/endpoints'
import { ringUses } from '../../../src/http/uses/ring'
import { createEndpoint } from '../../../src/rotation/create'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import type { RotationDeps } from '../../../src/rotation/ports'
import type { Revealed } from '../../../src/rotation/reveal'
import { fetchFrom } from '../../support/fetch-from'
import { apiKeyTable, memoryApiKeyStore } from '../../support/memory/memory-api-key-store'
import { auditTable, memoryAuditLog } from '../../support/memory/memory-audit-log'
import { deliveryTable, memoryDelivery } from '../../support/memory/memory-delivery'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { memoryEventBus, publishedEvents } from '../../support/memory/memory-event-bus'
import { healthTable, memoryHealth } from '../../support/memory/memory-health'
import { memoryMirror, secretVault } from '../../support/memory/memory-mirror'
import { memorySealer } from '../../support/memory/memory-sealer'

export const NOON = new Date('2026-11-21T12:00:00.000Z')

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

/** A text that the harness's sessions accept. */
export function sessionToken(session: Omit<SessionPrincipal, 'kind'>): string {
  return Buffer.from(JSON.stringify(session)).toString('base64url')
}

async function readSession(token: string): Promise<SessionPrincipal> {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('{')) throw new Problem('invalid-token', 'no')
  return { kind: 'session', ...(JSON.parse(text) as Omit<SessionPrincipal, 'kind'>) }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

export type Harness = ReturnType<typeof harness>

/** The whole API over models of what it reaches outside for, with a clock that stands still. */
export function harness(contracts: readonly Contract[] = allContracts, changes: Partial<ApiSettings> = {}) {
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
  }
  const deps: RotationDeps & EndpointDeps & PutBackDeps = {
    ...memoryDelivery(tables.delivery),
    health: memoryHealth(tables.health),
    store: memoryEndpointStore(tables.endpoints),
    audit: memoryAuditLog(tables.audit),
    sealer: memorySealer(),
    mirror: memoryMirror(tables.vault),
    events: memoryEventBus(publishedEvents()),
    stage: 'test',
    now: () => clock.now,
    randomBytes,
    timeout: () => new AbortController().signal,
    log: { info: write, error: write },
  }
  const apiKeys = memoryApiKeyStore(tables.keys)
  const settings: ApiSettings = {
    contracts,
    stage: 'test',
    mirror: 'on',
    insecureTargets: false,
    release: '0.0.0',
    ...changes,
  }
  const app = createApp({
    mounts: contracts.map(contract => ({ contract, basePath: '' })),
    uses: { ...ringUses(deps, settings), ...endpointUses(deps, settings) },
    access: { apiKeys, verifySession: readSession, now: deps.now },
    log: deps.log,
  })
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const reply = await fetchFrom(app, new Request(`http://keyturn.test${path}`, { method, ...init }))
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, text, json: text === '' ? null : JSON.parse(text) }
  }
  const apiKey = async (
    contract: Contract,
    tenantId: string,
    rest: Partial<NewApiKeyRequest> = {},
  ): Promise<string> => {
    const { permissions, plans } = contract.credentials
    const request = { contract, name: 'a key', tenantIds: [tenantId], permissions, plan: plans.at(-1) ?? null }
    const made = await createApiKey(apiKeys, deps, { ...request, expiresAt: null, ...rest })
    return made.text.reveal()
  }
  const endpoint = (contract: Contract, tenantId: string, given: Partial<EndpointSettings> = {}): Promise<Revealed> =>
    createEndpoint(deps, {
      tenantId,
      contract,
      actor: { kind: 'keyturn', id: 'seed' },
      id: null,
      settings: { ...defaultSettings, ...given },
      ownSecret: null,
      idempotency: null,
    })
  return { app, deps, clock, lines, tables, apiKeys, settings, send, apiKey, endpoint }
}

/** The text at a place of the reply's body like `endpoint.id`. */
export function textAt({ json }: Answer, place: string): string {
  const value = place.split('.').reduce<unknown>((part, name) => Object(part)[name], json)
  if (typeof value !== 'string') throw new TypeError(`the reply has no text at ${place}`)
  return value
}

/** Headers with a bearer credential. */
export function bearer(token: string, more: Record<string, string> = {}): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}`, ...more } }
}

/** A request with a bearer credential and a JSON body. */
export function jsonBody(token: string, body: unknown, more: Record<string, string> = {}): RequestInit {
  return { ...bearer(token, more), body: JSON.stringify(body) }
}
