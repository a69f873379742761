import { afterEach, beforeEach } from '@jest/globals'
import { apiKeyHash } from '../../../src/access/api-key'
import { portalHash, type PortalSessionStore } from '../../../src/access/portal-session'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import type { Scope } from '../../../src/contracts/dimensions'
import { addSeconds } from '../../../src/core/instant'
import type { ApiSettings } from '../../../src/http/request'
import { serve } from '../../../src/http/serve'
import { deliveryUses, testUses } from '../../../src/http/uses/deliveries'
import { probeUses } from '../../../src/http/uses/probe'
import { endpointUses } from '../../../src/http/uses/endpoints'
import { ringUses } from '../../../src/http/uses/ring'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { EndpointLife } from '../../../src/rotation/ports'
import { apiKeyTable, memoryApiKeyStore } from '../../support/memory/memory-api-key-store'
import { memoryPortalSessionStore, portalSessionTable } from '../../support/memory/memory-portal-session-store'
import { samplePortalSession } from '../../support/suites/portal-session-store'
import { startWorld, tenantId, type World } from '../delivery/world'
import { apiKeysIn, type MakeApiKey, requestsTo, type SendRequest } from './harness'

/** A world's deliveries with the whole HTTP API in front of them. */
export interface DeliveryBed {
  readonly world: World
  readonly send: SendRequest
  readonly apiKey: MakeApiKey
  readonly portalSessions: PortalSessionStore
}

/** Starts a bed before each test of the file and closes it after. The function that comes back gives the running test's. */
export function deliveryBeds(contracts: readonly Contract[] = allContracts): () => DeliveryBed {
  const beds: DeliveryBed[] = []
  beforeEach(async () => {
    const world = await startWorld()
    beds.push({ world, ...apiOf(world, contracts) })
  })
  afterEach(() => beds.pop()?.world.close())
  return () => {
    const bed = beds.at(-1)
    if (bed === undefined) throw new Error('no test runs')
    return bed
  }
}

function apiOf({ deps, rotation }: World, contracts: readonly Contract[]): Omit<DeliveryBed, 'world'> {
  const settings: ApiSettings = {
    contracts,
    stage: 'test',
    mirror: 'off',
    mostEndpoints: 1000,
    insecureTargets: true,
    release: '0.0.0',
  }
  const all = { ...rotation, ...deps, store: rotation.store }
  const apiKeys = memoryApiKeyStore(apiKeyTable())
  const portalSessions = memoryPortalSessionStore(portalSessionTable())
  const app = serve({
    mounts: contracts.map(contract => ({ contract, basePath: '' })),
    uses: {
      ...ringUses(all, settings),
      ...endpointUses(all, settings),
      ...deliveryUses(all, settings),
      ...testUses(deps, settings),
      ...probeUses(all, settings),
    },
    access: {
      apiKeys,
      noteUse: async () => undefined,
      verifySession: () => Promise.reject(new Error('no sessions')),
      portal: { sessions: portalSessions, origin: 'https://hooks.example' },
      now: deps.now,
    },
    log: deps.log,
  })
  return { send: requestsTo(app), apiKey: apiKeysIn(apiKeys, deps), portalSessions }
}

/** The token of an embedded page with these scopes, of a session that the API key has made. */
export async function portalTokenOf({ world, portalSessions }: DeliveryBed, apiKey: string, scopes: readonly Scope[]) {
  const token = `kps_${'a'.repeat(24)}.${'t'.repeat(43)}`
  const now = world.deps.now()
  const made = { via: { id: 'key_1', sha256: apiKeyHash(apiKey) }, createdAt: now, expiresAt: addSeconds(now, 900) }
  const exchange = { nonceSha256: '', tokenSha256: portalHash(token), at: now }
  const more = { tenantId, scopes, exchange, parentOrigins: ['https://app.example'], ...made }
  await portalSessions.create(samplePortalSession('a', more))
  return token
}

/** The life that the endpoint's health is kept for. */
export function lifeOf({ tenantId: owner, id: endpointId, incarnation }: Endpoint): EndpointLife {
  return { tenantId: owner, endpointId, incarnation }
}

/** Pauses the endpoint as too many failures do. */
export async function pause({ deps: { health, now } }: World, endpoint: Endpoint): Promise<void> {
  const life = lifeOf(endpoint)
  await health.countUnattempted(life, now())
  await health.pause(life, { at: now(), reason: 'too bad' })
}
