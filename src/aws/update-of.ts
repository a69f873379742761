import { marshall } from '@aws-sdk/util-dynamodb'
import { presentOf } from './storable'
import type { Item } from './storable'

export interface Update {
  readonly UpdateExpression: string
  readonly ExpressionAttributeValues: Item
}

/** Sets the attributes, and removes those that are null. `values` are those of the condition, without the colon. */
export function updateOf(attributes: object, values: Readonly<Record<string, string | number>>): Update {
  const present = presentOf(attributes)
  const removed = Object.entries(attributes).flatMap(([name, value]) => (value === null ? [name] : []))
  const set = `SET ${present.map(([name]) => `${name} = :${name}`).join(', ')}`
  const remove = removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`
  return {
    UpdateExpression: set + remove,
    ExpressionAttributeValues: valuesOf([...present, ...Object.entries(values)]),
  }
}

/** Values for an expression, under their names with a colon. */
export function valuesOf(values: Iterable<readonly [name: string, value: unknown]>): Item {
  return marshall(Object.fromEntries([...values].map(([name, value]) => [`:${name}`, value])))
}
