import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import type { ApiKeyStore } from '../../../src/access/api-key'
import { apiKeyCache, cacheCapacity, dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import { apiKeyStoreSuite, sampleApiKey } from '../../support/suites/api-key-store'
import { noon } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

describe('dynamoApiKeyStore', () => {
  apiKeyStoreSuite(async () => ({
    store: dynamoApiKeyStore(await newTable(), () => noon),
    close: async () => undefined,
  }))
})

describe('a key in the table', () => {
  const key = sampleApiKey('a')

  interface Scene {
    readonly table: Table
    /** Another process, without a cache of its own. */
    readonly other: ApiKeyStore
    readonly store: ApiKeyStore
    readonly setSeconds: (seconds: number) => void
  }

  async function scene(): Promise<Scene> {
    const table = await newTable()
    let now = noon
    return {
      table,
      other: dynamoApiKeyStore(table, () => noon),
      store: dynamoApiKeyStore(table, () => now),
      setSeconds: seconds => {
        now = addSeconds(noon, seconds)
      },
    }
  }

  it('is seen as revoked at once when it is read fresh, and after 30 s at the latest else', async () => {
    const { other, store, setSeconds } = await scene()
    await other.create(key)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toBeNull()
    await other.revoke(key.id, noon)
    setSeconds(29.999)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toBeNull()
    setSeconds(30)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toEqual(noon)
  })

  it('is read again for a fresh answer, which the cache then keeps', async () => {
    const { other, store } = await scene()
    await other.create(key)
    await store.find(key.sha256, 'cached')
    await other.revoke(key.id, noon)
    expect((await store.find(key.sha256, 'fresh'))?.revokedAt).toEqual(noon)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toEqual(noon)
  })

  it('may be unknown for 30 s after it was asked for too early', async () => {
    const { other, store, setSeconds } = await scene()
    expect(await store.find(key.sha256, 'cached')).toBeNull()
    await other.create(key)
    expect(await store.find(key.sha256, 'cached')).toBeNull()
    setSeconds(30)
    expect(await store.find(key.sha256, 'cached')).toEqual(key)
  })

  it('is neither listed nor revoked while only its listing item was written', async () => {
    const { table, store } = await scene()
    await store.create(key)
    const Key = marshall({ pk: `APIKEY#${key.sha256}`, sk: 'APIKEY' })
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
    expect(await store.list()).toEqual([])
    expect(await store.revoke(key.id, noon)).toBe('missing')
    await store.create(key)
    expect(await store.list()).toEqual([key])
  })
})

describe('apiKeyCache', () => {
  it('forgets the oldest answer when it is full', () => {
    const cache = apiKeyCache()
    cache.set('first', sampleApiKey('a'), noon)
    cache.set('second', null, noon)
    cache.set('first', sampleApiKey('b'), noon)
    for (let n = 2; n <= cacheCapacity; n += 1) cache.set(String(n), null, noon)
    expect(cache.get('second', noon)).toBeUndefined()
    expect(cache.get('first', noon)).toEqual(sampleApiKey('b'))
    expect(cache.get(String(cacheCapacity), noon)).toBeNull()
  })
})
