import * as v from 'valibot'
import type { ApiKey } from '../access/api-key'
import { decodeItem, instant, orNull } from './decode-item'
import { apiKeyItemKey } from './item-key'
import { toItem } from './storable'
import type { Item } from './storable'

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
