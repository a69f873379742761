import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import type { ApiKeyStore } from '../../../src/access/api-key'
import type { TenantRecord } from '../../../src/access/tenant-record'
import { apiKeyCache, cacheCapacity, dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import { apiKeyStoreSuite, ending, sampleApiKey } from '../../support/suites/api-key-store'
import { noon } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

/** The items as they are listed, by tenant and time. */
async function storedRecords(table: Table, tenantId: string): Promise<readonly TenantRecord[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: marshall({ ':pk': `AUDIT#${tenantId}` }),
    }),
  )
  return Items.map(item => {
    const { pk: _pk, sk, at, expiresAt = null, ...record } = unmarshall(item)
    expect(sk).toBe(`${at}#${record.id}`)
    return { ...record, at: new Date(at), expiresAt } as TenantRecord
  })
}

describe('dynamoApiKeyStore', () => {
  apiKeyStoreSuite(async () => {
    const table = await newTable()
    return {
      store: dynamoApiKeyStore(table, () => noon),
      recordsOf: tenantId => storedRecords(table, tenantId),
      close: async () => undefined,
    }
  })
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
    await other.revoke(key.id, ending)
    setSeconds(29.999)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toBeNull()
    setSeconds(30)
    expect((await store.find(key.sha256, 'cached'))?.revokedAt).toEqual(noon)
  })

  it('is read again for a fresh answer, which the cache then keeps', async () => {
    const { other, store } = await scene()
    await other.create(key)
    await store.find(key.sha256, 'cached')
    await other.revoke(key.id, ending)
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
    expect(await store.revoke(key.id, ending)).toBeNull()
    await store.create(key)
    expect(await store.list()).toEqual([key])
  })
})

describe('an API key of an earlier version', () => {
  /** As it was written before API keys could be for all tenants: without who, and without tenants in the list. */
  async function writeFormer(table: Table, letter: string, tenantIds: readonly string[]): Promise<void> {
    const sha256 = letter.repeat(64)
    const item = {
      pk: `APIKEY#${sha256}`,
      sk: 'APIKEY',
      sha256,
      id: `ak_${letter}`,
      name: `key ${letter}`,
      contract: 'keyturn',
      tenantIds,
      permissions: ['endpoints:rotate'],
      createdAt: noon.toISOString(),
    }
    const entry = { pk: 'APIKEYS', sk: `KEY#ak_${letter}`, sha256 }
    for (const each of [entry, item]) {
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(each) }))
    }
  }

  it('is read, found by its tenants among later ones, and ended', async () => {
    const table = await newTable()
    const store = dynamoApiKeyStore(table, () => noon)
    await writeFormer(table, 'a', ['org_2'])
    await writeFormer(table, 'c', ['org_1'])
    await writeFormer(table, 'e', ['org_2'])
    await store.create(sampleApiKey('b', { tenantIds: ['org_1'] }))
    await store.create(sampleApiKey('d', { tenantIds: ['org_2'] }))
    const former = sampleApiKey('c', { tenantIds: ['org_1'], createdBy: null })
    expect(await store.find(former.sha256, 'fresh')).toEqual(former)
    const first = await store.listOfTenants({ limit: 1, after: null, tenantId: 'org_1' })
    expect(first).toMatchObject({ items: [{ id: 'ak_b' }], next: 'ak_b' })
    const second = await store.listOfTenants({ limit: 1, after: first.next, tenantId: 'org_1' })
    expect(second).toEqual({ items: [former], next: null })
    expect(await store.revoke('ak_c', ending)).toMatchObject({ revokedAt: ending.at, revokedBy: ending.by })
    expect(await storedRecords(table, 'org_1')).toMatchObject([{ id: 'ak_b-created' }, { id: 'ak_c-revoked' }])
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
