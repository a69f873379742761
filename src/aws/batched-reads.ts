import DataLoader from 'dataloader'
import type { ItemKey } from './item-keys'
import { decodeItem, type Item } from './items'
import { batchGet, getItem } from './queries'
import * as v from 'valibot'
import type { Table } from './table'

/**
 * The table, where items that are read in the same turn of the event loop are read with one request: what one delivery
 * needs, and what those of a batch have in common. Each read is consistent, and nothing is kept for the next.
 */
export function withBatchedReads(table: Table): Table {
  const loader = new DataLoader<ItemKey, Item | null, string>(
    itemKeys => {
      loader.clearAll()
      return readAll(table, itemKeys)
    },
    { cacheKeyFn: nameOf },
  )
  return { ...table, read: itemKey => loader.load(itemKey) }
}

async function readAll(table: Table, itemKeys: readonly ItemKey[]): Promise<readonly (Item | null)[]> {
  const [itemKey] = itemKeys
  if (itemKey !== undefined && itemKeys.length === 1) return [await getItem(table, itemKey)]
  const items = await batchGet(table, itemKeys, 'strong')
  const found = new Map(items.map(item => [nameOf(decodeItem(schema, item)), item]))
  return itemKeys.map(itemKey => found.get(nameOf(itemKey)) ?? null)
}

const schema = v.object({ pk: v.string(), sk: v.string() })

/** No partition key has a space. */
function nameOf({ pk, sk }: ItemKey): string {
  return `${pk} ${sk}`
}
