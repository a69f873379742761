import type { JsonSchema } from '../../contracts/json-schema'
import type { Json } from '../../contracts/shape'
import { countCharacters, cutText } from '../../core/cut-text'
import { type FieldError, Problem } from '../../core/problem'
import type { JsonObject } from './json'

/** What one field of a request may be. The schema describes exactly what `read` takes, but for what its description says. */
export interface Field<Result> {
  readonly schema: JsonSchema
  /**
   * @param path as errors name the field
   * @throws {Problem} `invalid-request`
   */
  readonly read: (path: string, value: unknown) => Result
  /** An absent field is at fault. */
  readonly required?: boolean
}

/** The fields of one object, by their names. The same table reads requests and describes them. */
export type FieldTable = Readonly<Record<string, Field<unknown>>>

/** What a table makes of an object: a field that is absent is undefined, unless it is required. */
export type ReadTable<Table extends FieldTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Result>
    ? Table[Name] extends { readonly required: true }
      ? Result
      : Result | undefined
    : never
}

export type UnknownFields = 'refuse' | 'ignore'

/**
 * Reads the fields of one object.
 * @param within the path of the object itself, if it is not the body
 * @throws {Problem} `invalid-request` with all that was wrong
 */
export function readTable<Table extends FieldTable>(
  object: JsonObject,
  table: Table,
  unknownFields: UnknownFields,
  within = '',
): ReadTable<Table> {
  const errors: FieldError[] = []
  const read = Object.entries(table).map(([name, field]) => {
    const path = within + name
    if (Object.hasOwn(object, name)) return [name, gather(errors, () => field.read(path, object[name]))] as const
    if (field.required === true) errors.push({ path, message: 'must be given' })
    return [name, undefined] as const
  })
  const unknown = unknownFields === 'ignore' ? [] : Object.keys(object).filter(name => !Object.hasOwn(table, name))
  errors.push(...unknown.map(name => ({ path: within + name, message: isNotKnown(Object.keys(table)) })))
  if (errors.length > 0) throw invalidFields(errors)
  // Each name has what its own field made, which is what the type says.
  return Object.fromEntries(read) as ReadTable<Table>
}

/** What a table takes, as a whole. */
export function schemaOf(table: FieldTable, unknownFields: UnknownFields): JsonSchema {
  const names = Object.keys(table).filter(name => table[name]?.required === true)
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(table).map(([name, { schema }]) => [name, schema])),
    ...(names.length > 0 && { required: names }),
    ...(unknownFields === 'refuse' && { additionalProperties: false }),
  }
}

export function isNotKnown(known: readonly string[]): string {
  return `is not known; known are: ${known.join(', ') || 'none'}`
}

/** What a reader makes of a value; undefined where it is at fault, which is added to the errors. */
export function gather<Result>(errors: FieldError[], read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-request') throw error
    errors.push(...error.errors)
    return undefined
  }
}

const mostErrors = 20
const longestPath = 200

/** One field at fault. */
export function invalidField(path: string, message: string): Problem {
  return invalidFields([{ path, message }])
}

/** `invalid-request`, naming every field at fault, 20 at the most. */
export function invalidFields(all: readonly FieldError[]): Problem {
  const errors = all.slice(0, mostErrors).map(({ path, message }) => ({ path: cutText(path, longestPath), message }))
  const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new Problem('invalid-request', `${detail}.`, { errors })
}

/** The same field, which must be given. */
export function required<Result>(field: Field<Result>): Field<Result> & { readonly required: true } {
  return { ...field, required: true }
}

/** The same field. An absent one counts as the value, which is for whoever reads the table to see to. */
export function byDefault<Result>(value: Json, field: Field<Result>): Field<Result> {
  return { ...field, schema: { ...field.schema, default: value } }
}

/** The same field, said in a sentence. */
export function described<Result>(description: string, field: Field<Result>): Field<Result> {
  return { ...field, schema: { ...field.schema, description } }
}

/** A text of at most so many characters (Unicode's code points), in well-formed Unicode. */
export function text(maxLength: number): Field<string> {
  return {
    schema: { type: 'string', maxLength },
    read: (path, value) => {
      const isShort = typeof value === 'string' && countCharacters(value) <= maxLength
      if (isShort && !/\p{Surrogate}/u.test(value)) return value
      throw invalidField(path, `must be a text of at most ${maxLength} characters`)
    },
  }
}

/** A text that a pattern fits. `what`: the words for it after `must be`. */
export function textLike(pattern: RegExp, what: string): Field<string> {
  return {
    schema: { type: 'string', pattern: pattern.source, description: what },
    read: (path, value) => {
      if (typeof value === 'string' && pattern.test(value)) return value
      throw invalidField(path, `must be ${what}`)
    },
  }
}

export function wholeNumber([minimum, maximum]: readonly [number, number]): Field<number> {
  return {
    schema: { type: 'integer', minimum, maximum },
    read: (path, value) => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return value
      throw invalidField(path, `must be a whole number from ${minimum} to ${maximum}`)
    },
  }
}

const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d'
const instantPattern = new RegExp(
  `^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T${clock}:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-]${clock})$`,
)

/** A time as RFC 3339 writes it, with `T`, a zone and at most 9 decimals, and without leap seconds. */
export const instant: Field<Date> = {
  schema: { type: 'string', format: 'date-time', pattern: instantPattern.source },
  read: (path, value) => {
    const isInstant = typeof value === 'string' && instantPattern.test(value) && hasDay(value)
    const at = isInstant ? Date.parse(value) : Number.NaN
    if (Number.isNaN(at)) throw invalidField(path, 'must be an RFC 3339 instant, like 2026-11-21T12:00:00Z')
    return new Date(at)
  },
}

/** Whether the month of an instant has its day, which `Date` would move into the next one. */
function hasDay(text: string): boolean {
  const day = text.slice(0, 10)
  return new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8))
}

export const boolean: Field<boolean> = {
  schema: { type: 'boolean' },
  read: (path, value) => {
    if (typeof value === 'boolean') return value
    throw invalidField(path, 'must be true or false')
  },
}

/** One of the words. */
export function word<Word extends string>(words: readonly Word[]): Field<Word> {
  return {
    schema: { type: 'string', enum: words },
    read: (path, value) => {
      const found = words.find(known => known === value)
      if (found === undefined) throw invalidField(path, `must be ${words.map(known => `"${known}"`).join(' or ')}`)
      return found
    },
  }
}

export interface ListRule {
  readonly most: number
  readonly pattern: RegExp
  /** The words for what an item must be, after `must be`. */
  readonly items: string
}

/** A list of different texts. */
export function listOf({ most, pattern, items }: ListRule): Field<readonly string[]> {
  return {
    schema: {
      type: 'array',
      items: { type: 'string', pattern: pattern.source, description: items },
      maxItems: most,
      uniqueItems: true,
    },
    read: (path, value) => {
      if (!Array.isArray(value) || value.length > most)
        throw invalidField(path, `must be a list of at most ${most} texts`)
      const texts: string[] = []
      for (const [index, item] of value.entries()) {
        if (typeof item !== 'string' || !pattern.test(item))
          throw invalidField(`${path}.${index}`, `must be ${items}${named(item)}`)
        if (texts.includes(item)) throw invalidField(`${path}.${index}`, 'must not be given twice')
        texts.push(item)
      }
      return texts
    },
  }
}

/** What was given instead, cut off where it is long. */
function named(item: unknown): string {
  return typeof item === 'string' ? `; ${JSON.stringify(cutText(item, 200))} is not` : ''
}
