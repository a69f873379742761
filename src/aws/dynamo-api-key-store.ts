import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { ApiKey, ApiKeyPage, ApiKeyRange, ApiKeyStore, Ending } from '../access/api-key'
import { recordsOfEnding, recordsOfMaking } from '../access/tenant-record'
import { isAbsent, outcomeOf } from './conditional-write'
import { apiKeyItemKey, apiKeyListing, apiKeyListingKey, apiKeyListingPrefix } from './item-keys'
import { decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { batchGet, getItem, pageOf, queryItems } from './queries'
import type { Table } from './table'
import { putTenantRecord } from './tenant-records'
import { writeTogether } from './transaction'

const isPresent = 'attribute_exists(pk)'
const isSameApiKey = 'sha256 = :sha256'
const isNotRevoked = 'attribute_not_exists(revokedAt)'
/** It names its tenants. An entry from before API keys could be for all says nothing of either. */
const isOfTenants = 'attribute_not_exists(allTenants)'
/** It names this tenant, or is an entry that does not say. */
const mayNameTenant = 'attribute_not_exists(tenantIds) OR contains(tenantIds, :tenant)'
/** No later hour is written down. */
const isLaterHour = 'attribute_not_exists(lastUsedAt) OR lastUsedAt < :hour'

/**
 * API keys in DynamoDB. An API key is found by its hash. A second item, its entry in the list, leads from its public id
 * to the hash, so that nothing scans. The entry has what never changes and is looked for: the tenants.
 */
export function dynamoApiKeyStore(table: Table, now: () => Date): ApiKeyStore {
  return {
    ...knownApiKeys(table, now),
    create: apiKey => create(table, apiKey),
    load: id => loadById(table, id),
    list: () => list(table),
    listOfTenants: range => listOfTenants(table, range),
    revoke: (id, ending) => revoke(table, id, ending),
  }
}

/** What telling who calls takes, and no more: it neither makes nor ends an API key, and lists none. */
export function knownApiKeys(table: Table, now: () => Date): Pick<ApiKeyStore, 'find' | 'noteUse'> {
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
    noteUse: (sha256, hour, signal) => noteUse(table, { sha256, hour, signal }),
  }
}

/** The API key, its entry in the list and its records, in one step: none works that nobody could find to revoke. */
async function create(table: Table, apiKey: ApiKey): Promise<void> {
  const { sha256, id, allTenants, tenantIds } = apiKey
  const entry = { ...apiKeyListingKey(id), sha256, allTenants: allTenants || null, tenantIds }
  const puts = [
    {
      Item: toItem(entry),
      ConditionExpression: `${isAbsent} OR ${isSameApiKey}`,
      ExpressionAttributeValues: valuesOf({ sha256 }),
    },
    { Item: apiKeyItem(apiKey), ConditionExpression: isAbsent },
  ]
  const records = recordsOfMaking(apiKey).map(record => putTenantRecord(table, record))
  const writes = [...puts.map(put => ({ Put: { TableName: table.name, ...put } })), ...records]
  const failed = await writeTogether(table, writes)
  if (failed.includes(0)) throw new RangeError('the public id is taken')
  if (failed.length > 0 && (await load(table, sha256))?.id !== id) {
    throw new RangeError('the key is stored under another public id')
  }
}

async function list(table: Table): Promise<readonly ApiKey[]> {
  const listed = await queryItems(table, listing(), { after: null, limit: Infinity })
  return loadListed(table, listed)
}

function listing(values: Readonly<Record<string, string>> = {}) {
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf({ pk: apiKeyListing, prefix: apiKeyListingPrefix, ...values }),
    ConsistentRead: true,
  }
}

/** Entries are small: about so many are the 1 MB that DynamoDB reads at a time. */
const entriesAtOnce = 5000

/** Entries of before do not say their tenants, so a page may take more than one look. */
async function listOfTenants(table: Table, { limit, after, tenantId }: ApiKeyRange): Promise<ApiKeyPage> {
  const query =
    tenantId === null
      ? { ...listing(), FilterExpression: isOfTenants }
      : { ...listing({ tenant: tenantId }), FilterExpression: `${isOfTenants} AND (${mayNameTenant})` }
  const found: ApiKey[] = []
  for (let start = after; ;) {
    const wanted = limit + 1 - found.length
    const range = { after: start === null ? null : apiKeyListingKey(start), limit: wanted }
    const looks = tenantId === null ? range : { ...range, looksAt: entriesAtOnce }
    const entries = (await queryItems(table, query, looks)).slice(0, wanted)
    const apiKeys = await loadListed(table, entries)
    found.push(...apiKeys.filter(({ tenantIds }) => tenantId === null || tenantIds.includes(tenantId)))
    const last = entries.at(-1)
    if (entries.length < wanted || last === undefined || found.length > limit) break
    start = decodeItem(entrySchema, last).sk.slice(apiKeyListingPrefix.length)
  }
  return pageOf(found, limit, ({ id }) => id)
}

/** The API keys of the entries, in their order. One whose item is not there is left out. */
async function loadListed(table: Table, entries: readonly Item[]): Promise<readonly ApiKey[]> {
  const hashes = entries.map(listedSha256)
  const items = await batchGet(table, hashes.map(apiKeyItemKey), 'strong')
  const bySha256 = new Map(items.map(apiKeyOf).map(apiKey => [apiKey.sha256, apiKey]))
  return hashes.flatMap(sha256 => bySha256.get(sha256) ?? [])
}

async function loadById(table: Table, id: string): Promise<ApiKey | null> {
  const entry = await getItem(table, apiKeyListingKey(id))
  return entry === null ? null : load(table, listedSha256(entry))
}

/** Where two revoke at once, the first one's time and actor stay, and its records alone are written. */
async function revoke(table: Table, id: string, { at, by }: Ending): Promise<ApiKey | null> {
  const before = await loadById(table, id)
  if (before === null || before.revokedAt !== null) return before
  const revoked = { ...before, revokedAt: at, revokedBy: by }
  const update = {
    TableName: table.name,
    Key: toItem(apiKeyItemKey(before.sha256)),
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by',
    ConditionExpression: `${isPresent} AND ${isNotRevoked}`,
    ExpressionAttributeValues: valuesOf({ at, by }),
  }
  const records = recordsOfEnding(revoked).map(record => putTenantRecord(table, record))
  const failed = await writeTogether(table, [{ Update: update }, ...records])
  return failed.length === 0 ? revoked : loadById(table, id)
}

interface Use {
  readonly sha256: string
  readonly hour: Date
  readonly signal: AbortSignal
}

/** Names no attribute but this one and the item's key: IAM lets functions write no other. */
async function noteUse({ client, name }: Table, { sha256, hour, signal }: Use): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: name,
    Key: toItem(apiKeyItemKey(sha256)),
    UpdateExpression: 'SET lastUsedAt = :hour',
    ConditionExpression: `${isPresent} AND (${isLaterHour})`,
    ExpressionAttributeValues: valuesOf({ hour }),
  })
  await outcomeOf(client.send(update, { abortSignal: signal }))
}

async function load(table: Table, sha256: string): Promise<ApiKey | null> {
  const item = await getItem(table, apiKeyItemKey(sha256))
  return item === null ? null : apiKeyOf(item)
}

const maker = v.object({ kind: v.picklist(['api-key', 'operator']), id: v.string() })

/** What is optional was not written by earlier versions. */
const schema = v.object({
  sha256: v.string(),
  id: v.string(),
  name: v.string(),
  contract: v.string(),
  allTenants: v.optional(v.boolean(), false),
  tenantIds: v.array(v.string()),
  permissions: v.array(v.string()),
  plan: orNull(v.string()),
  createdAt: instant,
  createdBy: orNull(maker),
  expiresAt: orNull(instant),
  revokedAt: orNull(instant),
  revokedBy: orNull(maker),
  lastUsedAt: orNull(instant),
})

const entrySchema = v.object({ sk: v.string(), sha256: v.string() })

export function apiKeyItem(apiKey: ApiKey): Item {
  return toItem({ ...apiKeyItemKey(apiKey.sha256), ...apiKey, allTenants: apiKey.allTenants || null })
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
