import type { TimeFormat } from './dimensions'

/** A JSON value that is always the same. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * The shape of a reply's body, as data. A string is the name of a field and stands for its value; an object without
 * a `$` member is an object of the reply. Times are written in the contract's own format.
 */
export type Shape<Field extends string> =
  | Field
  /** Always the same value. */
  | { readonly $constant: Json }
  /** A time in a format other than the contract's own. */
  | { readonly $time: Field; readonly format: TimeFormat }
  /** The contract's own words for the values of a field. */
  | { readonly $words: Field; readonly words: Readonly<Record<string, Json>> }
  /** The first characters of a field. */
  | { readonly $first: number; readonly of: Field }
  /** The field, left out when it is null or an empty list. */
  | { readonly $present: Field }
  /** A list: the shape, once for each item of the field. */
  | { readonly $each: Field; readonly shape: Shape<string> }
  | { readonly [name: string]: Shape<Field> }

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

/** The fields that a shape names. Those of a list's items are not among them. */
export function shapeFields(shape: Shape<string>): readonly string[] {
  if (typeof shape === 'string') return [shape]
  return isForm(shape) ? formFields(shape) : Object.values(shape).flatMap(shapeFields)
}

function formFields(form: Form): readonly string[] {
  if ('$constant' in form) return []
  if ('$time' in form) return [form.$time]
  if ('$words' in form) return [form.$words]
  if ('$first' in form) return [form.of]
  return ['$present' in form ? form.$present : form.$each]
}

/** A shape with each field under its own name: `underOwnNames('id', 'url')` is `{ id: 'id', url: 'url' }`. */
export function underOwnNames<Field extends string>(...fields: readonly Field[]): { readonly [Name in Field]: Name } {
  // Each name stands for itself, which is what the type says.
  return Object.fromEntries(fields.map(field => [field, field])) as { readonly [Name in Field]: Name }
}
