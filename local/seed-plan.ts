import { type Contract, permissionsForNamedTenants } from '../src/contracts/contract'
import type { Role } from '../src/contracts/dimensions'
import { featurebase } from '../src/contracts/featurebase'
import { keyturn } from '../src/contracts/keyturn'
import { storno } from '../src/contracts/storno'
import { teambattles } from '../src/contracts/teambattles'
import { thesignup } from '../src/contracts/thesignup'
import { tumban } from '../src/contracts/tumban'

/** What the local run starts with: for each contract a tenant with one endpoint, and its credentials. */
export interface SeedContract {
  readonly contract: Contract
  /** Before its paths; nothing where absent. */
  readonly basePath?: string
  readonly tenantId: string
  readonly endpointId: string
  /** Another tenant's endpoint. Absent where a tenant's only endpoint has a fixed id. */
  readonly foreign?: { readonly tenantId: string; readonly endpointId: string }
  /** A further name for the tenant in local.json. */
  readonly tenantName?: string
  /** By their names in local.json. */
  readonly apiKeys: Readonly<Record<string, SeedApiKey>>
  readonly sessions: Readonly<Record<string, Role>>
}

export interface SeedApiKey {
  readonly permissions: readonly string[]
  readonly plan: string | null
  /** It acts for whichever tenant a request names. Absent: for the contract's tenant. */
  readonly allTenants?: true
}

const noPlan = { permissions: [], plan: null }
const sessions = { adminSession: 'admin', memberSession: 'member' } as const
const foreignTenantId = 'org_foreign'

export const seedPlan = {
  tumban: {
    contract: tumban,
    tenantId: 'org_tumban',
    endpointId: 'org',
    apiKeys: { apiKey: noPlan },
    sessions,
  },
  thesignup: {
    contract: thesignup,
    tenantId: 'org_thesignup',
    endpointId: '7e519000-0000-4000-8000-000000000001',
    foreign: { tenantId: foreignTenantId, endpointId: '7e519000-0000-4000-8000-00000000000f' },
    apiKeys: { apiKey: noPlan },
    sessions: {},
  },
  storno: {
    contract: storno,
    tenantId: '5704a000-0000-4000-8000-00000000c001',
    tenantName: 'company',
    endpointId: '5704a000-0000-4000-8000-000000000001',
    foreign: {
      tenantId: '5704a000-0000-4000-8000-00000000c00f',
      endpointId: '5704a000-0000-4000-8000-00000000000f',
    },
    apiKeys: {
      token: { permissions: ['webhook.manage', 'webhook.view'], plan: null },
      tokenWithoutPermission: { permissions: ['webhook.view'], plan: null },
    },
    sessions: {},
  },
  featurebase: {
    contract: featurebase,
    tenantId: 'org_featurebase',
    endpointId: 'fea70000000000000000b001',
    foreign: { tenantId: foreignTenantId, endpointId: 'fea70000000000000000b00f' },
    apiKeys: { apiKey: noPlan },
    sessions: {},
  },
  teambattles: {
    contract: teambattles,
    tenantId: 'user:alice',
    endpointId: 'wh_alice0000000000000000001',
    foreign: { tenantId: 'user:mallory', endpointId: 'wh_mallory00000000000000001' },
    apiKeys: {
      apiKey: { permissions: ['webhooks.manage'], plan: 'api_pro' },
      freePlanApiKey: { permissions: ['webhooks.manage'], plan: 'free' },
      apiKeyWithoutPermission: { permissions: [], plan: 'api_pro' },
    },
    sessions: {},
  },
  keyturn: {
    contract: keyturn,
    tenantId: 'org_keyturn',
    endpointId: 'ep_local0000000000000000001',
    foreign: { tenantId: foreignTenantId, endpointId: 'ep_foreign00000000000000001' },
    apiKeys: {
      apiKey: { permissions: permissionsForNamedTenants(keyturn), plan: null },
      readOnlyApiKey: { permissions: ['endpoints:read'], plan: null },
      platformApiKey: { permissions: keyturn.credentials.permissions, plan: null, allTenants: true },
    },
    sessions,
  },
} as const satisfies Readonly<Record<string, SeedContract>>

export const seedContracts: readonly SeedContract[] = Object.values(seedPlan)
