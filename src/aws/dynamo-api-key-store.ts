import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { ApiKey, ApiKeyStore } from '../access/api-key'
import { isAbsent, outcomeOf } from './conditional-write'
import { apiKeyItemKey, apiKeyListing, apiKeyListingKey, apiKeyListingPrefix } from './item-keys'
import { decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { getItem, queryItems } from './queries'
import type { Table } from './table'

const isPresent = 'attribute_exists(pk)'
const isSameApiKey = 'sha256 = :sha256'
const keepFirstTime = 'SET revokedAt = if_not_exists(revokedAt, :at)'

/**
 * API keys in DynamoDB. An API key is found by its hash. A second item, its entry in the list, leads from its public id
 * to the hash, so that nothing scans.
 */
export function dynamoApiKeyStore(table: Table, now: () => Date): ApiKeyStore {
  const cache = apiKeyCache()
  return {
    find: async (sha256, freshness) => {
      const readAt = now()
      const cached = freshness === 'cached' ? cache.get(sha256, readAt) : undefined
      if (cached !== undefined) return cached
      const apiKey = await load(table, sha256)
      cache.set(sha256, apiKey, readAt)
      return apiKey
    },
    create: apiKey => create(table, apiKey),
    list: () => list(table),
    revoke: (id, at) => revoke(table, id, at),
  }
}

/** The entry in the list comes first: an API key that nobody could find to revoke never works. Repeatable. */
async function create(table: Table, apiKey: ApiKey): Promise<void> {
  const listed = await outcomeOf(
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem({ ...apiKeyListingKey(apiKey.id), sha256: apiKey.sha256 }),
        ConditionExpression: `${isAbsent} OR ${isSameApiKey}`,
        ExpressionAttributeValues: valuesOf({ sha256: apiKey.sha256 }),
      }),
    ),
  )
  if (listed === 'conflict') throw new RangeError('the public id is taken')
  const put = new PutItemCommand({ TableName: table.name, Item: apiKeyItem(apiKey), ConditionExpression: isAbsent })
  const stored = await outcomeOf(table.client.send(put))
  if (stored === 'conflict' && (await load(table, apiKey.sha256))?.id !== apiKey.id) {
    throw new RangeError('the key is stored under another public id')
  }
}

async function list(table: Table): Promise<readonly ApiKey[]> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf({ pk: apiKeyListing, prefix: apiKeyListingPrefix }),
    ConsistentRead: true,
  }
  const listed = await queryItems(table, query, { after: null, limit: Infinity })
  const apiKeys = await Promise.all(listed.map(item => load(table, listedSha256(item))))
  return apiKeys.filter(apiKey => apiKey !== null)
}

async function revoke(table: Table, id: string, at: Date): Promise<'revoked' | 'missing'> {
  const entry = await getItem(table, apiKeyListingKey(id))
  if (entry === null) return 'missing'
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(apiKeyItemKey(listedSha256(entry))),
    UpdateExpression: keepFirstTime,
    ConditionExpression: isPresent,
    ExpressionAttributeValues: valuesOf({ at }),
  })
  const outcome = await outcomeOf(table.client.send(update))
  return outcome === 'stored' ? 'revoked' : 'missing'
}

async function load(table: Table, sha256: string): Promise<ApiKey | null> {
  const item = await getItem(table, apiKeyItemKey(sha256))
  return item === null ? null : apiKeyOf(item)
}

const schema = v.object({
  sha256: v.string(),
  id: v.string(),
  name: v.string(),
  contract: v.string(),
  tenantIds: v.array(v.string()),
  permissions: v.array(v.string()),
  plan: orNull(v.string()),
  createdAt: instant,
  expiresAt: orNull(instant),
  revokedAt: orNull(instant),
})

const entrySchema = v.object({ sha256: v.string() })

export function apiKeyItem(apiKey: ApiKey): Item {
  return toItem({ ...apiKeyItemKey(apiKey.sha256), ...apiKey })
}

/** @throws {Error} that names the malformed attribute, so that a key with an unreadable expiry does not work */
function apiKeyOf(item: Item): ApiKey {
  return decodeItem(schema, item)
}

/** The hash that an entry in the list leads to. */
function listedSha256(item: Item): string {
  return decodeItem(entrySchema, item).sha256
}

/** What was read is kept this long. */
export const cacheSeconds = 30
/** At most this many; what was read first goes first. */
export const cacheCapacity = 1000

export interface ApiKeyCache {
  /** The API key, null where there was none, undefined where nothing is known. */
  get(sha256: string, now: Date): ApiKey | null | undefined
  /** `readAt`: when the read began. */
  set(sha256: string, apiKey: ApiKey | null, readAt: Date): void
}

export function apiKeyCache(): ApiKeyCache {
  const kept = new Map<string, { readonly apiKey: ApiKey | null; readonly until: number }>()
  return {
    get: (sha256, now) => {
      const found = kept.get(sha256)
      return found !== undefined && now.getTime() < found.until ? found.apiKey : undefined
    },
    set: (sha256, apiKey, readAt) => {
      kept.delete(sha256)
      kept.set(sha256, { apiKey, until: readAt.getTime() + cacheSeconds * 1000 })
      const [oldest] = kept.keys()
      if (kept.size > cacheCapacity && oldest !== undefined) kept.delete(oldest)
    },
  }
}
