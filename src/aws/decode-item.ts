import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import type { Item } from './storable'

/** Exactly what `Date.prototype.toISOString` writes. */
export const instant = v.pipe(
  v.string(),
  v.check(isInstant),
  v.transform(text => new Date(text)),
)

/** An attribute of the item itself, which is left out where it is null. */
export function orNull<Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(v.nullable(schema), null)
}

export const count = v.pipe(
  v.number(),
  v.check(value => Number.isSafeInteger(value) && value >= 0),
)

/** A list that is not empty. The check before the cast says so. */
export function oneOrMore<Schema extends v.GenericSchema>(schema: Schema) {
  type Item = v.InferOutput<Schema>
  return v.pipe(
    v.array(schema),
    v.check(items => items.length > 0),
    v.transform(items => items as [Item, ...Item[]]),
  )
}

/**
 * The stored item as the schema types it. Attributes that the schema does not know are dropped.
 * @throws {Error} that names the first malformed attribute, without its value
 */
export function decodeItem<Schema extends v.GenericSchema>(schema: Schema, item: Item): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, unmarshall(item))
  if (parsed.success) return parsed.output
  throw new Error(`a stored item is malformed: ${v.getDotPath(parsed.issues[0]) ?? 'item'}`)
}

function isInstant(text: string): boolean {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString() === text
}
