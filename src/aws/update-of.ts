import { itemOf } from './storable'
import type { Item } from './storable'

export interface Update {
  readonly UpdateExpression: string
  readonly ExpressionAttributeValues: Item
}

/** Sets the attributes, and removes those that are null. `values` are those of the condition, without the colon. */
export function updateOf(attributes: object, values: Readonly<Record<string, string | number>>): Update {
  const present = Object.entries(attributes).filter(([, value]) => value !== null)
  const removed = Object.keys(attributes).filter(name => !present.some(([other]) => other === name))
  const set = `SET ${present.map(([name]) => `${name} = :${name}`).join(', ')}`
  const remove = removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`
  return {
    UpdateExpression: set + remove,
    ExpressionAttributeValues: valuesOf([...present, ...Object.entries(values)]),
  }
}

/** Values for an expression, under their names with a colon. */
export function valuesOf(values: readonly (readonly [name: string, value: unknown])[]): Item {
  return itemOf(values.map(([name, value]) => [`:${name}`, value]))
}
