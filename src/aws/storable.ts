import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Item = Record<string, AttributeValue>

/**
 * The members as DynamoDB attributes: a `Date` as ISO 8601 text, a member that is null left out.
 * @throws {TypeError} for an instance of any other class, such as a `Secret`
 * @throws {RangeError} for an invalid `Date`
 */
export function toItem(members: object): Item {
  return marshall(Object.fromEntries(presentOf(members)))
}

/** The members that are not null, with plain values. */
export function presentOf(members: object): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(members).flatMap(([name, value]) => (value === null ? [] : [[name, plain(value)] as const]))
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('only plain objects can be stored')
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}
