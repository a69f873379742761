import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Item = Record<string, AttributeValue>

/**
 * The members as DynamoDB attributes: a `Date` as ISO 8601 text, a member that is null left out.
 * @throws {TypeError} for an instance of any other class, such as a `Secret`, and for what is no value at all
 * @throws {RangeError} for an invalid `Date` and a number beyond ±(2^53 - 1)
 */
export function toItem(members: object): Item {
  return itemOf(Object.entries(members).filter(([, value]) => value !== null))
}

/** The same of names with their values, in which null is a value too. */
export function itemOf(members: readonly (readonly [name: string, value: unknown])[]): Item {
  return Object.fromEntries(members.map(([name, value]) => [name, attributeOf(value)]))
}

function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'boolean') return { BOOL: value }
  if (typeof value === 'number') return { N: digitsOf(value) }
  if (value === null) return { NULL: true }
  if (value instanceof Date) return { S: value.toISOString() }
  if (Array.isArray(value)) return { L: value.map(attributeOf) }
  if (isPlain(value)) return { M: itemOf(Object.entries(value)) }
  throw new TypeError('only plain values can be stored')
}

function digitsOf(value: number): string {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value)
  throw new RangeError('only numbers up to 2^53 - 1 can be stored')
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
