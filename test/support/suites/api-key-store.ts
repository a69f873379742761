import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type ApiKey, type ApiKeyStore, type Ending, operator } from '../../../src/access/api-key'
import { type TenantRecord } from '../../../src/access/tenant-record'
import { addSeconds } from '../../../src/core/instant'
import { noon } from './sample-endpoint'

export interface RunningApiKeyStore {
  readonly store: ApiKeyStore
  /** What was recorded of a tenant, in its order. */
  recordsOf(tenantId: string): Promise<readonly TenantRecord[]>
  close(): Promise<void>
}

/** An API key named by a letter. */
export function sampleApiKey(letter: string, over: Partial<ApiKey> = {}): ApiKey {
  return {
    sha256: letter.repeat(64),
    id: `ak_${letter}`,
    name: `key ${letter}`,
    contract: 'keyturn',
    allTenants: false,
    tenantIds: ['org_1', 'user:7'],
    permissions: ['endpoints:rotate'],
    plan: null,
    createdAt: noon,
    createdBy: operator,
    expiresAt: null,
    revokedAt: null,
    revokedBy: null,
    lastUsedAt: null,
    ...over,
  }
}

export const ending: Ending = { at: noon, by: { kind: 'api-key', id: 'ak_platform' } }

const revoked = { revokedAt: ending.at, revokedBy: ending.by }

/** What every API key store does. `start` gives an empty one. */
export function apiKeyStoreSuite(start: () => Promise<RunningApiKeyStore>): void {
  let running: RunningApiKeyStore
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  it('finds an API key by its SHA-256, with every field', async () => {
    const apiKey = sampleApiKey('a', { plan: 'api_pro', expiresAt: addSeconds(noon, 60) })
    await running.store.create(apiKey)
    await running.store.create(sampleApiKey('b'))
    expect(await running.store.find(apiKey.sha256, 'fresh')).toEqual(apiKey)
    expect(await running.store.find(apiKey.sha256, 'cached')).toEqual(apiKey)
    expect(await running.store.find('b'.repeat(64), 'fresh')).toEqual(sampleApiKey('b'))
  })

  it('finds nothing under a SHA-256 that it does not know', async () => {
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.find('b'.repeat(64), 'fresh')).toBeNull()
    expect(await running.store.find('b'.repeat(64), 'cached')).toBeNull()
  })

  it('refuses a public id that is taken', async () => {
    await running.store.create(sampleApiKey('a'))
    await expect(running.store.create(sampleApiKey('b', { id: 'ak_a' }))).rejects.toThrow(RangeError)
    expect(await running.store.find('b'.repeat(64), 'fresh')).toBeNull()
    expect(await running.store.list()).toEqual([sampleApiKey('a')])
  })

  it('refuses an API key that is stored under another public id', async () => {
    await running.store.create(sampleApiKey('a'))
    const twin = sampleApiKey('a', { id: 'ak_b', permissions: [] })
    await expect(running.store.create(twin)).rejects.toThrow(RangeError)
    expect(await running.store.find('a'.repeat(64), 'fresh')).toEqual(sampleApiKey('a'))
  })

  it('creates the same API key twice without bringing a revoked one back', async () => {
    await running.store.create(sampleApiKey('a'))
    await running.store.revoke('ak_a', ending)
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.find('a'.repeat(64), 'fresh')).toEqual(sampleApiKey('a', revoked))
  })

  it('lists all API keys by their public ids, revoked ones too', async () => {
    await running.store.create(sampleApiKey('b'))
    await running.store.create(sampleApiKey('a'))
    await running.store.revoke('ak_b', ending)
    expect(await running.store.list()).toEqual([sampleApiKey('a'), sampleApiKey('b', revoked)])
  })

  it('loads by the public id, and knows nothing under another', async () => {
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.load('ak_a')).toEqual(sampleApiKey('a'))
    expect(await running.store.load('ak_b')).toBeNull()
  })

  it('revokes by the public id and keeps the first time and actor', async () => {
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.revoke('ak_a', ending)).toEqual(sampleApiKey('a', revoked))
    const later = { at: addSeconds(noon, 60), by: operator }
    expect(await running.store.revoke('ak_a', later)).toEqual(sampleApiKey('a', revoked))
    expect(await running.store.find('a'.repeat(64), 'fresh')).toEqual(sampleApiKey('a', revoked))
  })

  it('says when there is no API key to revoke', async () => {
    expect(await running.store.revoke('ak_a', ending)).toBeNull()
  })

  it('records making and ending once for each tenant, whatever is repeated', async () => {
    await running.store.create(sampleApiKey('a'))
    await running.store.create(sampleApiKey('a'))
    const later = addSeconds(noon, 60)
    await running.store.revoke('ak_a', { ...ending, at: later })
    await running.store.revoke('ak_a', { ...ending, at: addSeconds(noon, 120) })
    const about = {
      apiKeyId: 'ak_a',
      apiKeyName: 'key a',
      contract: 'keyturn',
      permissions: ['endpoints:rotate'],
      expiresAt: null,
    }
    for (const tenantId of ['org_1', 'user:7']) {
      expect(await running.recordsOf(tenantId)).toEqual([
        { id: 'ak_a-created', tenantId, kind: 'create-api-key', at: noon, actor: operator, ...about },
        { id: 'ak_a-revoked', tenantId, kind: 'revoke-api-key', at: later, actor: ending.by, ...about },
      ])
    }
    expect(await running.recordsOf('org_2')).toEqual([])
  })

  it('keeps one for all tenants apart: it names none, is in no tenant’s list, and is recorded nowhere', async () => {
    const platform = sampleApiKey('p', { allTenants: true, tenantIds: [] })
    await running.store.create(platform)
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.find(platform.sha256, 'fresh')).toEqual(platform)
    expect(await running.store.list()).toEqual([sampleApiKey('a'), platform])
    for (const tenantId of [null, 'org_1']) {
      const { items } = await running.store.listOfTenants({ limit: 10, after: null, tenantId })
      expect(items).toEqual([sampleApiKey('a')])
    }
  })

  it('lists the API keys of a tenant page by page, and no other', async () => {
    const letters = ['a', 'b', 'c', 'd', 'e']
    for (const letter of letters) {
      await running.store.create(sampleApiKey(letter, { tenantIds: letter === 'c' ? ['org_2'] : ['org_1', 'org_3'] }))
    }
    await running.store.revoke('ak_b', ending)
    const idsOf = async (tenantId: string | null, limit: number): Promise<readonly string[][]> => {
      const pages: string[][] = []
      for (let after: string | null = null; ;) {
        const { items, next } = await running.store.listOfTenants({ limit, after, tenantId })
        pages.push(items.map(({ id }) => id))
        if (next === null) return pages
        after = next
      }
    }
    expect(await idsOf('org_1', 2)).toEqual([
      ['ak_a', 'ak_b'],
      ['ak_d', 'ak_e'],
    ])
    expect(await idsOf('org_3', 3)).toEqual([['ak_a', 'ak_b', 'ak_d'], ['ak_e']])
    expect(await idsOf('org_2', 5)).toEqual([['ak_c']])
    expect(await idsOf('org', 5)).toEqual([[]])
    expect(await idsOf(null, 4)).toEqual([['ak_a', 'ak_b', 'ak_c', 'ak_d'], ['ak_e']])
  })

  it('notes the hour of the last use, and never goes back', async () => {
    const { signal } = new AbortController()
    await running.store.create(sampleApiKey('a'))
    await running.store.noteUse('a'.repeat(64), noon, signal)
    await running.store.noteUse('a'.repeat(64), addSeconds(noon, 3600), signal)
    await running.store.noteUse('a'.repeat(64), noon, signal)
    const used = sampleApiKey('a', { lastUsedAt: addSeconds(noon, 3600) })
    expect(await running.store.find('a'.repeat(64), 'fresh')).toEqual(used)
  })

  it('makes nothing of the use of an API key that is not there', async () => {
    await running.store.noteUse('a'.repeat(64), noon, new AbortController().signal)
    expect(await running.store.find('a'.repeat(64), 'fresh')).toBeNull()
  })
}
