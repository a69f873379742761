import { describe, expect, it } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { operator } from '../../../src/access/api-key'
import { createApiKey, type NewApiKeyRequest } from '../../../src/access/create-api-key'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { tumban } from '../../../src/contracts/tumban'
import { apiKeyTable, memoryApiKeyStore } from '../../support/memory/memory-api-key-store'
import { verbena } from '../contracts/made-up/verbena'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const valid: NewApiKeyRequest = {
  contract: keyturn,
  name: 'CI',
  tenantIds: ['acme'],
  permissions: ['endpoints:read'],
  plan: null,
  expiresAt: null,
}

const weak = {
  ...keyturn,
  credentials: { ...keyturn.credentials, apiKey: { prefix: 'kt_', encoding: 'alphanumeric', bytes: 42 } },
} as const

function create(changes: Partial<NewApiKeyRequest> = {}, table = apiKeyTable()) {
  return createApiKey(memoryApiKeyStore(table), { now: () => NOON, randomBytes }, { ...valid, ...changes })
}

describe('a new API key', () => {
  it('is stored as its SHA-256 and nothing else of it', async () => {
    const table = apiKeyTable()
    const { stored, text } = await create({}, table)
    const bare = text.reveal()
    expect(bare).toMatch(/^kt_[A-Za-z0-9_-]{43}$/)
    expect(stored).toEqual({
      sha256: createHash('sha256').update(bare).digest('hex'),
      id: expect.stringMatching(/^key_[0-9a-z]{20}$/),
      name: 'CI',
      contract: 'keyturn',
      allTenants: false,
      tenantIds: ['acme'],
      permissions: ['endpoints:read'],
      plan: null,
      createdAt: NOON,
      createdBy: operator,
      expiresAt: null,
      revokedAt: null,
      revokedBy: null,
      lastUsedAt: null,
    })
    expect([...table.apiKeys.values()]).toEqual([stored])
    expect(JSON.stringify([...table.apiKeys.values()])).not.toContain(bare.slice(3, 20))
  })

  it('is a different one each time', async () => {
    const [one, other] = await Promise.all([create(), create()])
    expect(one.text.reveal()).not.toBe(other.text.reveal())
    expect(one.stored.id).not.toBe(other.stored.id)
  })

  it('has tenants as the contract writes them', async () => {
    const company = '550E8400-E29B-41D4-A716-446655440000'
    const request = { contract: storno, tenantIds: [company], permissions: [] }
    expect((await create(request)).stored.tenantIds).toEqual([company.toLowerCase()])
    const owner = { contract: teambattles, tenantIds: ['league:l1'], permissions: [], plan: 'free' }
    expect((await create(owner)).stored).toMatchObject({ tenantIds: ['league:l1'], plan: 'free' })
  })

  it('can be for all tenants where requests name theirs, and then alone can make others', async () => {
    const permissions = ['keys:write', 'endpoints:read']
    expect((await create({ tenantIds: 'all', permissions })).stored).toMatchObject({
      allTenants: true,
      tenantIds: [],
      permissions,
    })
    const byHeader = { contract: storno, tenantIds: 'all', permissions: ['webhook.view'] } as const
    expect((await create(byHeader)).stored).toMatchObject({ allTenants: true, tenantIds: [] })
  })

  it.each<[string, Partial<NewApiKeyRequest>]>([
    ['all tenants by a star', { tenantIds: ['*'] }],
    ['all tenants of a contract whose requests name none', { contract: tumban, tenantIds: 'all', permissions: [] }],
    ['51 tenants', { tenantIds: Array.from({ length: 51 }, (_, n) => `org_${n}`) }],
    ['the permission to make keys, for named tenants', { permissions: ['keys:write'] }],

    ['a contract without API keys', { contract: verbena, permissions: [] }],
    ['a contract whose keys have less than 256 bits', { contract: weak }],
    ['no tenant', { tenantIds: [] }],
    ['a tenant with #', { tenantIds: ['a#b'] }],
    ['a tenant with /', { tenantIds: ['acme', 'a/b'] }],
    ['a tenant of 129 characters', { tenantIds: ['a'.repeat(129)] }],
    ['a company that is no UUID', { contract: storno, tenantIds: ['acme'], permissions: [] }],
    ['an owner without a kind', { contract: teambattles, tenantIds: ['acme'], permissions: [], plan: 'free' }],
    ['an owner of an unknown kind', { contract: teambattles, tenantIds: ['club:1'], permissions: [], plan: 'free' }],
    ['an owner without an id', { contract: teambattles, tenantIds: ['user:'], permissions: [], plan: 'free' }],
    ['several tenants that no header tells apart', { contract: tumban, tenantIds: ['a', 'b'], permissions: [] }],
    ['an unknown permission', { permissions: ['fly'] }],
    ['a plan where there is none', { plan: 'gold' }],
    ['no plan where there are some', { contract: teambattles, tenantIds: ['user:1'], permissions: [] }],
    ['no name', { name: '' }],
    ['a name with a control character', { name: 'CI\u001b[A' }],
    ['a name of 201 characters', { name: 'n'.repeat(201) }],
    ['an expiry that is not in the future', { expiresAt: NOON }],
  ])('is refused for %s, and nothing is stored', async (_, changes) => {
    const table = apiKeyTable()
    await expect(create(changes, table)).rejects.toThrow(RangeError)
    expect(table.apiKeys.size).toBe(0)
  })
})
