import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { ApiKey, ApiKeyStore } from '../../../src/access/api-key'
import { addSeconds } from '../../../src/core/instant'
import { noon } from './sample-endpoint'

export interface RunningApiKeyStore {
  readonly store: ApiKeyStore
  close(): Promise<void>
}

/** An API key named by a letter. */
export function sampleApiKey(letter: string, over: Partial<ApiKey> = {}): ApiKey {
  return {
    sha256: letter.repeat(64),
    id: `ak_${letter}`,
    name: `key ${letter}`,
    contract: 'keyturn',
    tenantIds: ['org_1', 'user:7'],
    permissions: ['endpoints:rotate'],
    plan: null,
    createdAt: noon,
    expiresAt: null,
    revokedAt: null,
    ...over,
  }
}

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
    await running.store.revoke('ak_a', noon)
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.find('a'.repeat(64), 'fresh')).toEqual(sampleApiKey('a', { revokedAt: noon }))
  })

  it('lists all API keys by their public ids, revoked ones too', async () => {
    await running.store.create(sampleApiKey('b'))
    await running.store.create(sampleApiKey('a'))
    await running.store.revoke('ak_b', noon)
    expect(await running.store.list()).toEqual([sampleApiKey('a'), sampleApiKey('b', { revokedAt: noon })])
  })

  it('revokes by the public id and keeps the first time', async () => {
    await running.store.create(sampleApiKey('a'))
    expect(await running.store.revoke('ak_a', noon)).toBe('revoked')
    expect(await running.store.revoke('ak_a', addSeconds(noon, 60))).toBe('revoked')
    expect((await running.store.find('a'.repeat(64), 'fresh'))?.revokedAt).toEqual(noon)
  })

  it('says when there is no API key to revoke', async () => {
    expect(await running.store.revoke('ak_a', noon)).toBe('missing')
  })
}
