import type { TimeFormat } from './dimensions'
import type { ItemFields, ListField, TimeField } from './reply-fields'

/** A JSON value that is always the same. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * The shape of a reply's body, as data. A text is the name of a field and stands for its value; a number, true, false and
 * null stand for themselves; an object without a `$` member is an object of the reply, and one with it is a form. Times
 * are written in the contract's own format.
 */
export type Shape<Field extends string> =
  | Field
  | number
  | boolean
  | null
  | OneForm<FormsOf<Field>>
  | ObjectOf<Field>
  | UnknownForm<Field | TimeFormat | 'oldest-first'>

interface FormsOf<Field extends string> {
  /** Always the same value. A text needs this form. */
  readonly $constant: { readonly $constant: Json }
  /** A time in a format other than the contract's own. */
  readonly $time: { readonly $time: Field & TimeField; readonly format: TimeFormat }
  /** The contract's own words for the values of a field. */
  readonly $words: { readonly $words: Field; readonly words: Readonly<Record<string, Json>> }
  /** The first characters of a field. */
  readonly $first: { readonly $first: number; readonly of: Field }
  /** A text with fields in it, in braces: `Try again in {retryAfterSeconds} s.` A field that is null is written as nothing. */
  readonly $text: { readonly $text: TextWith<Field> }
  /** A field whose text is a number, as a JSON number. */
  readonly $number: { readonly $number: Field }
  /** The field, left out when it is null or an empty list. */
  readonly $present: { readonly $present: Field }
  /** A list of these. */
  readonly $list: { readonly $list: readonly Shape<Field>[] }
  /** A list: the shape, once for each item of the field. Secrets stand newest first, unless this says otherwise. */
  readonly $each: EachOf<Field>
}

/** Each form, said to have none of the others' names: so the compiler tells them apart by the name that is written. */
type OneForm<Forms> = {
  readonly [Name in keyof Forms]: Forms[Name] & { readonly [Other in Exclude<keyof Forms, Name>]?: never }
}[keyof Forms]

/** An object of the reply. No name in it begins with a `$`. */
interface ObjectOf<Field extends string> {
  readonly [name: string]: Shape<Field>
  readonly [form: `$${string}`]: never
}

/**
 * What no shape is: the compiler compares a form whose name is misspelt with it, and so says nothing of its other members.
 * Of several that would do as well it takes the last by name, which this is to be.
 */
interface UnknownForm<Field extends string> extends ObjectOf<Field> {
  readonly $: never
}

/** One of these fields at least, in braces. */
type TextWith<Field extends string> = `${string}{${Field}}${string}`

/** The items of each list have fields of their own. */
type EachOf<Field extends string> = {
  readonly [List in ListField]: {
    readonly $each: Field & List
    readonly shape: Shape<ItemFields[List]>
    readonly order?: 'oldest-first'
  }
}[ListField]

/** A shape that stands for a value: an object with a `$` member. */
export type Form = FormsOf<string>[keyof FormsOf<string>]

/** A shape that is an object. */
export type ObjectShape = Exclude<Shape<string>, string | number | boolean | null>

export function isForm(shape: ObjectShape): shape is Form {
  return Object.keys(shape).some(name => name.startsWith('$'))
}

/** Whether the shape is neither a field nor a form nor an object of the reply, but the value itself. */
export function isValue(shape: Shape<string>): shape is number | boolean | null {
  return shape === null || typeof shape === 'number' || typeof shape === 'boolean'
}

/** The fields that a shape names. Those of a list's items are not among them. */
export function shapeFields(shape: Shape<string>): readonly string[] {
  if (typeof shape === 'string') return [shape]
  if (isValue(shape)) return []
  return isForm(shape) ? formFields(shape) : Object.values(shape).flatMap(shapeFields)
}

function formFields(form: Form): readonly string[] {
  if ('$constant' in form) return []
  if ('$time' in form) return [form.$time]
  if ('$words' in form) return [form.$words]
  if ('$first' in form) return [form.of]
  if ('$text' in form) return fieldsInText(form.$text)
  if ('$number' in form) return [form.$number]
  if ('$list' in form) return form.$list.flatMap(shapeFields)
  return ['$present' in form ? form.$present : form.$each]
}

/** Whether a reply in this shape shows anything of a secret: the new one, or the list of all. */
export function showsSecret(shape: Shape<string> | null): boolean {
  return shape !== null && shapeFields(shape).some(field => field === 'signingSecret' || field === 'secrets')
}

/** Whether whoever gets a reply in this shape has the whole secret: the new one, or the list of all. */
export function showsWholeSecret(shape: Shape<string> | null): boolean {
  if (shape === null || isValue(shape)) return false
  if (typeof shape === 'string') return shape === 'signingSecret' || shape === 'secrets'
  if (!isForm(shape)) return Object.values(shape).some(showsWholeSecret)
  if ('$list' in shape) return shape.$list.some(showsWholeSecret)
  if ('$each' in shape) return shape.$each === 'secrets' && showsWholeSecret(shape.shape)
  if ('$present' in shape) return showsWholeSecret(shape.$present)
  return '$text' in shape && fieldsInText(shape.$text).some(showsWholeSecret)
}

/** What stands in braces, in order. */
export function fieldsInText(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field)
}

/**
 * A shape with each field under its own name: `underOwnNames('id', 'url')` is `{ id: 'id', url: 'url' }`.
 * @throws {RangeError} when a name is given twice
 */
export function underOwnNames<Field extends string>(...fields: readonly Field[]): { readonly [Name in Field]: Name } {
  const twice = fields.find((field, index) => fields.indexOf(field) !== index)
  if (twice !== undefined) throw new RangeError(`underOwnNames was given ${twice} twice`)
  // Each name stands for itself, which is what the type says.
  return Object.fromEntries(fields.map(field => [field, field])) as { readonly [Name in Field]: Name }
}
