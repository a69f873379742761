import { describe, expect, it } from '@jest/globals'
import { apiKeyRequest, reportApiKeys, reportNewApiKey } from '../../../cli/keys'
import type { ApiKey } from '../../../src/access/api-key'

const NOON = new Date('2026-11-21T12:00:00.000Z')

describe('keys create', () => {
  it("asks for all of the contract's permissions and no expiry unless told otherwise", () => {
    expect(apiKeyRequest({ contract: 'storno', tenant: ['5704a000-0000-4000-8000-00000000c001'] }, NOON)).toMatchObject(
      {
        contract: { name: 'storno' },
        tenantIds: ['5704a000-0000-4000-8000-00000000c001'],
        permissions: ['webhook.manage', 'webhook.view'],
        plan: null,
        name: 'storno key',
        expiresAt: null,
      },
    )
  })

  it('asks for what the options say', () => {
    const values = {
      contract: 'teambattles',
      tenant: ['user:alice'],
      permission: ['webhooks.manage'],
      plan: 'free',
      name: 'CI',
      expiresInDays: '30',
    }
    expect(apiKeyRequest(values, NOON)).toMatchObject({
      plan: 'free',
      permissions: ['webhooks.manage'],
      name: 'CI',
      expiresAt: new Date('2026-12-21T12:00:00.000Z'),
    })
  })

  it.each([
    [{}, '--contract takes one of tumban, thesignup, storno, featurebase, teambattles, keyturn'],
    [{ contract: 'x' }, '--contract takes one of'],
    [{ contract: 'keyturn' }, '--tenant is missing'],
    [{ contract: 'keyturn', tenant: ['a#b'] }, '--tenant: "a#b" is no tenant of keyturn'],
    [{ contract: 'storno', tenant: ['a'] }, 'they are UUIDs'],
    [{ contract: 'teambattles', tenant: ['a'] }, 'they are user:<id>, game:<id>, league:<id>'],
    [{ contract: 'thesignup', tenant: ['a', 'b'] }, '--tenant: a key of thesignup acts for one tenant'],
    [{ contract: 'keyturn', tenant: ['a'], permission: ['x'] }, '--permission takes one of endpoints:read, '],
    [{ contract: 'featurebase', tenant: ['a'], permission: ['x'] }, '--permission: featurebase has no permissions'],
    [{ contract: 'teambattles', tenant: ['user:a'] }, '--plan takes one of free, api_pro, api_enterprise'],
    [{ contract: 'keyturn', tenant: ['a'], plan: 'x' }, '--plan: keyturn has no plans'],
    [{ contract: 'keyturn', tenant: ['a'], name: '' }, '--name takes 1 to 200 characters'],
    [{ contract: 'keyturn', tenant: ['a'], expiresInDays: '1.5' }, '--expires-in-days takes a whole number from 1'],
  ])('%j is refused: %s', (values, message) => {
    expect(() => apiKeyRequest(values, NOON)).toThrow(message)
  })

  it('shows the key, and stores nothing that it could be found out from', async () => {
    const stored: ApiKey[] = []
    const store = { create: async (key: ApiKey) => void stored.push(key), list: async () => stored }
    const request = apiKeyRequest({ contract: 'keyturn', tenant: ['org_1'] }, NOON)
    const made = await reportNewApiKey(store, request)
    const [id = '', key = ''] = made.lines
    const bare = key.replace('key  ', '')
    expect(bare).toMatch(/^kt_[A-Za-z0-9_-]{43}$/)
    expect(id).toBe(`id   ${stored[0]?.id}`)
    expect(made.json).toMatchObject({ id: stored[0]?.id, key: bare, tenantIds: ['org_1'] })
    const listed = await reportApiKeys(store, NOON)
    expect(listed.lines[1]).toContain(String(stored[0]?.id))
    expect(JSON.stringify([stored, listed])).not.toContain(bare.slice(3))
  })
})

describe('keys list', () => {
  it('says which keys are active, expired and revoked, oldest first', async () => {
    const key = (id: string, minute: number, change: Partial<ApiKey>): ApiKey => ({
      sha256: '',
      id,
      name: 'n',
      contract: 'keyturn',
      tenantIds: ['a', 'b'],
      permissions: [],
      plan: null,
      createdAt: new Date(NOON.getTime() + minute * 60_000),
      expiresAt: null,
      revokedAt: null,
      ...change,
    })
    const keys = [
      key('key_c', 2, { revokedAt: NOON }),
      key('key_b', 1, { expiresAt: NOON }),
      key('key_a', 0, { expiresAt: new Date(NOON.getTime() + 1) }),
    ]
    const store = { list: async () => keys }
    const { lines, json } = await reportApiKeys(store, NOON)
    expect(lines.map(line => line.split(/ {2,}/).slice(0, 6))).toEqual([
      ['ID', 'STATE', 'CONTRACT', 'TENANTS', 'PERMISSIONS', 'PLAN'],
      ['key_a', 'active', 'keyturn', 'a,b', '-', '-'],
      ['key_b', 'expired', 'keyturn', 'a,b', '-', '-'],
      ['key_c', 'revoked', 'keyturn', 'a,b', '-', '-'],
    ])
    expect(json).toMatchObject({
      keys: [
        { id: 'key_a', state: 'active' },
        { id: 'key_b', state: 'expired' },
        { id: 'key_c', state: 'revoked', revokedAt: NOON },
      ],
    })
    expect(JSON.stringify(json)).not.toContain('sha256')
  })
})
