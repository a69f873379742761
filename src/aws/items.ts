import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'

export type Item = Record<string, AttributeValue>

/**
 * The members as DynamoDB attributes: a `Date` as ISO 8601 text, a member that is null left out.
 * @throws {TypeError} for an instance of any other class, such as a `Secret`, and for what is no value at all
 * @throws {RangeError} for an invalid `Date` and a number beyond ±(2^53 - 1)
 */
export function toItem(members: object): Item {
  return attributesOf(Object.entries(members).filter(([, value]) => value !== null))
}

/** Values for an expression, under their names with a colon. Here null is a value too. */
export function valuesOf(values: Readonly<Record<string, unknown>>): Item {
  return attributesOf(Object.entries(values).map(([name, value]) => [`:${name}`, value]))
}

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
    ExpressionAttributeValues: valuesOf({ ...Object.fromEntries(present), ...values }),
  }
}

function attributesOf(members: readonly (readonly [name: string, value: unknown])[]): Item {
  return Object.fromEntries(members.map(([name, value]) => [name, attributeOf(value)]))
}

function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'boolean') return { BOOL: value }
  if (typeof value === 'number') return { N: digitsOf(value) }
  if (value === null) return { NULL: true }
  if (value instanceof Date) return { S: value.toISOString() }
  if (Array.isArray(value)) return { L: value.map(attributeOf) }
  if (isPlain(value)) return { M: attributesOf(Object.entries(value)) }
  throw new TypeError('only plain values can be stored')
}

function digitsOf(value: number): string {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value)
  throw new RangeError('only numbers up to 2^53 - 1 can be stored')
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
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

/** Exactly what `Date.prototype.toISOString` writes. */
export const instant = v.pipe(
  v.string(),
  v.check(isInstant),
  v.transform(text => new Date(text)),
)

function isInstant(text: string): boolean {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString() === text
}

export const count = v.pipe(
  v.number(),
  v.check(value => Number.isSafeInteger(value) && value >= 0),
)

/** An attribute of the item itself, which is left out where it is null. */
export function orNull<Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(v.nullable(schema), null)
}

/** A list that is not empty. The check before the cast says so. */
export function oneOrMore<Schema extends v.GenericSchema>(schema: Schema) {
  type Item = v.InferOutput<Schema>
  return v.pipe(
    v.array(schema),
    v.check(items => items.length > 0),
    v.transform(items => items as [Item, ...Item[]]),
  )
}
