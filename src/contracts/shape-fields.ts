import type { Json, Shape } from './shape'

/** A shape that stands for a value: an object with a `$` member. */
export type Form = Extract<
  Shape<string>,
  | { $constant: Json }
  | { $time: string }
  | { $words: string }
  | { $first: number }
  | { $present: string }
  | { $each: string }
>

export function isForm(shape: Exclude<Shape<string>, string>): shape is Form {
  return Object.keys(shape).some(name => name.startsWith('$'))
}

/** The fields that a shape names, the fields of its lists' items apart. */
export function shapeFields(shape: Shape<string>): readonly string[] {
  if (typeof shape === 'string') return [shape]
  if ('$constant' in shape) return []
  const field = ['$time', '$words', 'of', '$present', '$each'].map(name => memberOf(shape, name)).find(isText)
  if (field !== undefined && Object.keys(shape).some(name => name.startsWith('$'))) return [field]
  return Object.values(shape).flatMap(shapeFields)
}

function memberOf(shape: object, name: string): unknown {
  return Object.entries(shape).find(([member]) => member === name)?.[1]
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A part of a shape whose members are named as the fields that they show. */
export function sameNames<Field extends string>(...fields: readonly Field[]): { readonly [Name in Field]: Name } {
  // Each name stands for itself, which is what the type says.
  return Object.fromEntries(fields.map(field => [field, field])) as { readonly [Name in Field]: Name }
}
