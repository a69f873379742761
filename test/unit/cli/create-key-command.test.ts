import { describe, expect, it } from '@jest/globals'
import { apiKeyRequest, reportApiKeys, reportNewApiKey } from '../../../cli/keys'
import { type ApiKey, operator } from '../../../src/access/api-key'

const NOON = new Date('2026-11-21T12:00:00.000Z')

/** What must be said of every key. */
const said = { permission: ['endpoints:read'], expires: '90d' }

describe('keys create', () => {
  it('asks for what the options say', () => {
    const values = {
      contract: 'teambattles',
      tenant: ['user:alice'],
      permission: ['webhooks.manage'],
      plan: 'free',
      name: 'CI',
      expires: '30d',
    }
    expect(apiKeyRequest(values, NOON)).toMatchObject({
      tenantIds: ['user:alice'],
      plan: 'free',
      permissions: ['webhooks.manage'],
      name: 'CI',
      expiresAt: new Date('2026-12-21T12:00:00.000Z'),
    })
  })

  it('takes several permissions from one option or from several, a day, and no expiry once it is said', () => {
    const options = { contract: 'keyturn', tenant: ['org_1'], expires: '2027-06-30' }
    const permission = ['endpoints:read,endpoints:write', 'events:write', 'endpoints:read']
    expect(apiKeyRequest({ ...options, permission }, NOON)).toMatchObject({
      name: 'keyturn key',
      permissions: ['endpoints:read', 'endpoints:write', 'events:write'],
      expiresAt: new Date('2027-06-30T00:00:00.000Z'),
    })
    const { expires: _expires, ...forEver } = options
    expect(apiKeyRequest({ ...forEver, permission, expiry: false }, NOON).expiresAt).toBeNull()
  })

  it('wants no permission of a contract that has none', () => {
    const options = { contract: 'featurebase', tenant: ['org_1'], expires: '1d' }
    expect(apiKeyRequest(options, NOON)).toMatchObject({ permissions: [], expiresAt: new Date('2026-11-22T12:00:00Z') })
  })

  it('asks for a key for all tenants, which alone can make keys', () => {
    const options = { contract: 'keyturn', allTenants: true, permission: ['keys:write,endpoints:read'], expires: '90d' }
    expect(apiKeyRequest(options, NOON)).toMatchObject({
      tenantIds: 'all',
      permissions: ['keys:write', 'endpoints:read'],
    })
    const storno = { contract: 'storno', allTenants: true, permission: ['webhook.view'], expires: '90d' }
    expect(apiKeyRequest(storno, NOON)).toMatchObject({ tenantIds: 'all' })
  })

  it('takes a name of 200 characters, each of which may take two of JavaScript’s', () => {
    const options = { contract: 'keyturn', tenant: ['a'], ...said }
    const name = '😀'.repeat(200)
    expect(apiKeyRequest({ ...options, name }, NOON).name).toBe(name)
    expect(() => apiKeyRequest({ ...options, name: `${name}n` }, NOON)).toThrow('--name takes 1 to 200 characters')
  })

  it.each([
    [{}, '--contract takes one of tumban, thesignup, storno, featurebase, teambattles, keyturn'],
    [{ contract: 'x' }, '--contract takes one of'],
    [{ contract: 'keyturn' }, '--tenant is missing'],
    [
      { contract: 'keyturn', tenant: ['a'] },
      '--permission is missing, and keyturn has endpoints:read, endpoints:write, endpoints:rotate, events:write, deliveries:content, portal:write; ' +
        '--expires or --no-expiry is missing. Add what you want of: ' +
        '--permission endpoints:read,endpoints:write,endpoints:rotate,events:write,deliveries:content,portal:write --expires 90d',
    ],
    [{ contract: 'keyturn', allTenants: true, expires: '1d' }, 'Add what you want of: --permission endpoints:read,'],
    [
      { contract: 'keyturn', allTenants: true, expires: '1d' },
      'events:write,deliveries:content,portal:write,keys:write',
    ],
    [
      { contract: 'keyturn', tenant: ['a'], permission: ['events:write'] },
      '--expires or --no-expiry is missing. Add what you want of: --expires 90d',
    ],
    [{ contract: 'keyturn', tenant: ['a#b'] }, '--tenant: "a#b" is no tenant of keyturn'],
    [{ contract: 'keyturn', tenant: ['*'] }, '--tenant: "*" is no tenant of keyturn'],
    [{ contract: 'storno', tenant: ['a'] }, 'they are UUIDs'],
    [{ contract: 'teambattles', tenant: ['a'] }, 'they are user:<id>, game:<id>, league:<id>'],
    [{ contract: 'thesignup', tenant: ['a', 'b'] }, '--tenant: a key of thesignup acts for one tenant'],
    [
      { contract: 'keyturn', tenant: Array.from({ length: 51 }, (_, n) => `org_${n}`) },
      '--tenant: a key acts for 50 tenants at most, or with --all-tenants for all',
    ],
    [{ contract: 'keyturn', tenant: ['a'], allTenants: true }, '--tenant and --all-tenants: give one of them'],
    [{ contract: 'thesignup', allTenants: true }, '--all-tenants: requests of thesignup do not name their tenant'],
    [{ contract: 'keyturn', tenant: ['a'], permission: ['x'] }, '--permission takes one of endpoints:read, '],
    [
      { contract: 'keyturn', tenant: ['a'], permission: ['keys:write'] },
      '--permission keys:write goes with --all-tenants alone',
    ],
    [{ contract: 'featurebase', tenant: ['a'], permission: ['x'] }, '--permission: featurebase has no permissions'],
    [
      { contract: 'teambattles', tenant: ['user:a'], permission: ['webhooks.manage'], expires: '1d' },
      '--plan takes one of free, api_pro, api_enterprise',
    ],
    [{ contract: 'keyturn', tenant: ['a'], ...said, plan: 'x' }, '--plan: keyturn has no plans'],
    [{ contract: 'keyturn', tenant: ['a'], ...said, name: '' }, '--name takes 1 to 200 characters'],
    [{ contract: 'keyturn', tenant: ['a'], ...said, name: 'CI\r\n' }, 'none of them a control character'],
    [{ contract: 'keyturn', tenant: ['a'], ...said, expiry: false }, '--expires and --no-expiry: give one of them'],
    ...['1.5d', '0d', '3651d', '90', '2026-11-21', '2027-02-30', '2036-11-19', 'soon', ''].map(
      (expires): [object, string] => [
        { contract: 'keyturn', tenant: ['a'], ...said, expires },
        '--expires takes days from now like 90d, or a day in UTC like 2027-02-19, 3650 days ahead at most, not ' +
          JSON.stringify(expires),
      ],
    ),
  ])('%j is refused: %s', (values, message) => {
    expect(() => apiKeyRequest(values, NOON)).toThrow(message)
  })

  it('shows the key, and stores nothing that it could be found out from', async () => {
    const stored: ApiKey[] = []
    const store = { create: async (key: ApiKey) => void stored.push(key), list: async () => stored }
    const request = apiKeyRequest({ contract: 'keyturn', tenant: ['org_1'], ...said }, NOON)
    const made = await reportNewApiKey({ store, bus: { name: 'default', tell: async () => null } }, request)
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

const apiKey = (id: string, minute: number, change: Partial<ApiKey>): ApiKey => ({
  sha256: '',
  id,
  name: 'n',
  contract: 'keyturn',
  allTenants: false,
  tenantIds: ['a', 'b'],
  permissions: [],
  plan: null,
  createdAt: new Date(NOON.getTime() + minute * 60_000),
  createdBy: null,
  expiresAt: null,
  revokedAt: null,
  revokedBy: null,
  lastUsedAt: null,
  ...change,
})

describe('keys list', () => {
  it('says which keys are active, expired and revoked, oldest first', async () => {
    const keys = [
      apiKey('key_c', 2, { revokedAt: NOON }),
      apiKey('key_b', 1, { expiresAt: NOON }),
      apiKey('key_a', 0, { expiresAt: new Date(NOON.getTime() + 1) }),
    ]
    const { lines, json } = await reportApiKeys({ list: async () => keys }, NOON)
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

  it('says when a key was last used, by whom it was made, and that it is for all tenants', async () => {
    const keys = [
      apiKey('key_a', 0, { allTenants: true, tenantIds: [], createdBy: operator }),
      apiKey('key_b', 1, { lastUsedAt: NOON, createdBy: { kind: 'api-key', id: 'key_a' } }),
    ]
    const { lines } = await reportApiKeys({ list: async () => keys }, NOON)
    expect(lines.map(line => line.split(/ {2,}/)).map(cells => [cells[3], ...cells.slice(7)])).toEqual([
      ['TENANTS', 'EXPIRES', 'LAST USED', 'MADE BY', 'NAME'],
      ['(all)', 'never', '-', 'keyturn keys', 'n'],
      ['a,b', 'never', '2026-11-21T12:00:00.000Z', 'key_a', 'n'],
    ])
  })

  it('shows every key in one row of its own, whatever its name', async () => {
    const forged = `key_x${' '.repeat(3)}active\u00a0\u3000keyturn`
    const keys = [
      apiKey('key_a', 0, { name: 'CI\u001b[A\u001b[2K\r' }),
      apiKey('key_b', 1, { name: `CI\n${forged}` }),
      apiKey('key_c', 2, { name: 'CI \u202eevil' }),
    ]
    const { lines, json } = await reportApiKeys({ list: async () => keys }, NOON)
    expect(lines.slice(1).map(line => line.split(/ {2,}/).at(-1))).toEqual([
      'CI\\u{1b}[A\\u{1b}[2K\\u{d}',
      'CI\\u{a}key_x \\u{20}\\u{20}active\u00a0\\u{3000}keyturn',
      'CI \\u{202e}evil',
    ])
    expect(json).toMatchObject({ keys: keys.map(({ name }) => ({ name })) })
  })

  it('shows those that act for a tenant, of a contract, and that work', async () => {
    const keys = [
      apiKey('key_a', 0, { allTenants: true, tenantIds: [] }),
      apiKey('key_b', 1, { tenantIds: ['b'], contract: 'storno' }),
      apiKey('key_c', 2, { revokedAt: NOON }),
      apiKey('key_d', 3, { tenantIds: ['c'] }),
    ]
    const shown = async (filter: object) => {
      const { json } = await reportApiKeys({ list: async () => keys }, NOON, filter)
      return (json as { readonly keys: readonly ApiKey[] }).keys.map(({ id }) => id)
    }
    expect(await shown({ tenant: 'b' })).toEqual(['key_a', 'key_b', 'key_c'])
    expect(await shown({ contract: 'storno' })).toEqual(['key_b'])
    expect(await shown({ live: true })).toEqual(['key_a', 'key_b', 'key_d'])
    expect(await shown({ tenant: 'b', contract: 'keyturn', live: true })).toEqual(['key_a'])
  })

  const storno = 'c0ffee00-0000-4000-8000-000000000001'

  it('finds a tenant however the contract takes it, and keys of a contract that is no more', async () => {
    const keys = [
      apiKey('key_a', 0, { contract: 'storno', tenantIds: [storno] }),
      apiKey('key_b', 1, { contract: 'gone', tenantIds: ['a'] }),
    ]
    const shown = async (filter: object) => {
      const { json } = await reportApiKeys({ list: async () => keys }, NOON, filter)
      return (json as { readonly keys: readonly ApiKey[] }).keys.map(({ id }) => id)
    }
    expect(await shown({ contract: 'storno', tenant: storno.toUpperCase() })).toEqual(['key_a'])
    expect(await shown({ contract: 'gone' })).toEqual(['key_b'])
    expect(await shown({ contract: 'keyturn' })).toEqual([])
  })

  it.each([
    [{ contract: 'Storno' }, '--contract takes one of tumban, thesignup, storno,'],
    [{ contract: 'nope' }, '--contract takes one of'],
    [{ contract: 'github' }, '--contract takes one of'],
    [{ tenant: 'bad t' }, '--tenant: "bad t" is no tenant; they are 1 to 128 of A-Z a-z 0-9 _ . : -'],
    [{ tenant: '' }, '--tenant: "" is no tenant'],
    [{ tenant: 'bad t', contract: 'keyturn' }, '--tenant: "bad t" is no tenant of keyturn'],
    [{ tenant: 'acme', contract: 'storno' }, 'they are UUIDs'],
  ])('%j is refused: %s', async (filter, message) => {
    const keys = [apiKey('key_a', 0, { contract: 'storno', tenantIds: [storno] })]
    await expect(reportApiKeys({ list: async () => keys }, NOON, filter)).rejects.toThrow(message)
  })
})
