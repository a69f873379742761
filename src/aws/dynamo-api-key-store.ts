import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { ApiKey, ApiKeyStore } from '../access/api-key'
import { apiKeyItemKey, apiKeyListing, apiKeyListingKey, apiKeyListingPrefix, type ItemKey } from './item-keys'
import { decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { queryItems } from './queries'
import { outcomeOf, type Table } from './table'

const isAbsent = 'attribute_not_exists(pk)'
const isPresent = 'attribute_exists(pk)'
const isSameKey = 'sha256 = :sha256'
const keepFirstTime = 'SET revokedAt = if_not_exists(revokedAt, :at)'

/** API keys in DynamoDB. A listing item a key leads from the public id to it, so that nothing scans. */
export function dynamoApiKeyStore(table: Table, now: () => Date): ApiKeyStore {
  const cache = apiKeyCache()
  return {
    find: async (sha256, freshness) => {
      const readAt = now()
      const cached = freshness === 'cached' ? cache.get(sha256, readAt) : undefined
      if (cached !== undefined) return cached
      const key = await load(table, sha256)
      cache.set(sha256, key, readAt)
      return key
    },
    create: key => create(table, key),
    list: () => list(table),
    revoke: (id, at) => revoke(table, id, at),
  }
}

/** The listing item comes first: a key that nobody could find to revoke never works. Repeatable. */
async function create(table: Table, key: ApiKey): Promise<void> {
  const listed = await outcomeOf(
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem({ ...apiKeyListingKey(key.id), sha256: key.sha256 }),
        ConditionExpression: `${isAbsent} OR ${isSameKey}`,
        ExpressionAttributeValues: valuesOf([['sha256', key.sha256]]),
      }),
    ),
  )
  if (listed === 'conflict') throw new RangeError('the public id is taken')
  const put = new PutItemCommand({ TableName: table.name, Item: apiKeyItem(key), ConditionExpression: isAbsent })
  const stored = await outcomeOf(table.client.send(put))
  if (stored === 'conflict' && (await load(table, key.sha256))?.id !== key.id) {
    throw new RangeError('the key is stored under another public id')
  }
}

async function list(table: Table): Promise<readonly ApiKey[]> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf(Object.entries({ pk: apiKeyListing, prefix: apiKeyListingPrefix })),
    ConsistentRead: true,
  }
  const listed = await queryItems(table, query, { after: null, limit: Infinity })
  const keys = await Promise.all(listed.map(item => load(table, listedSha256(item))))
  return keys.filter(key => key !== null)
}

async function revoke(table: Table, id: string, at: Date): Promise<'revoked' | 'missing'> {
  const listing = await get(table, apiKeyListingKey(id))
  if (listing === null) return 'missing'
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(apiKeyItemKey(listedSha256(listing))),
    UpdateExpression: keepFirstTime,
    ConditionExpression: isPresent,
    ExpressionAttributeValues: valuesOf([['at', at.toISOString()]]),
  })
  const outcome = await outcomeOf(table.client.send(update))
  return outcome === 'stored' ? 'revoked' : 'missing'
}

async function load(table: Table, sha256: string): Promise<ApiKey | null> {
  const item = await get(table, apiKeyItemKey(sha256))
  return item === null ? null : apiKeyOf(item)
}

async function get({ client, name }: Table, key: ItemKey): Promise<Item | null> {
  const { Item } = await client.send(new GetItemCommand({ TableName: name, Key: toItem(key), ConsistentRead: true }))
  return Item ?? null
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

const listing = v.object({ sha256: v.string() })

export function apiKeyItem(key: ApiKey): Item {
  return toItem({ ...apiKeyItemKey(key.sha256), ...key })
}

/** @throws {Error} that names the malformed attribute, so that a key with an unreadable expiry does not work */
export function apiKeyOf(item: Item): ApiKey {
  return decodeItem(schema, item)
}

/** The key that a listing item leads to. */
export function listedSha256(item: Item): string {
  return decodeItem(listing, item).sha256
}

/** Answers are kept this long. */
export const cacheSeconds = 30
/** At most this many; the oldest answers go first. */
export const cacheCapacity = 1000

export interface ApiKeyCache {
  /** The key, null where there was none, undefined where nothing is known. */
  get(sha256: string, now: Date): ApiKey | null | undefined
  /** `readAt`: when the read began. */
  set(sha256: string, key: ApiKey | null, readAt: Date): void
}

export function apiKeyCache(): ApiKeyCache {
  const answers = new Map<string, { readonly key: ApiKey | null; readonly until: number }>()
  return {
    get: (sha256, now) => {
      const answer = answers.get(sha256)
      return answer !== undefined && now.getTime() < answer.until ? answer.key : undefined
    },
    set: (sha256, key, readAt) => {
      answers.delete(sha256)
      answers.set(sha256, { key, until: readAt.getTime() + cacheSeconds * 1000 })
      const [oldest] = answers.keys()
      if (answers.size > cacheCapacity && oldest !== undefined) answers.delete(oldest)
    },
  }
}
