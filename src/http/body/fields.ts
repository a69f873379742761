import { cutText } from '../../core/cut-text'
import { type FieldError, Problem } from '../../core/problem'
import type { JsonObject } from './json'

/** Reads the fields of one object, and gathers what is wrong with them. */
export interface Fields {
  /** What `reader` makes of the field; undefined where the field is absent or at fault. */
  read<Result>(name: string, reader: (value: unknown) => Result): Result | undefined
  /** As `read`; an absent field is at fault too. */
  require<Result>(name: string, reader: (value: unknown) => Result): Result | undefined
  /**
   * To be called once every field has been read.
   * @throws {Problem} `invalid-request` with all that was wrong
   */
  finish(): void
}

/** `within`: the path of the object itself, if it is not the body. */
export function fieldsOf(object: JsonObject, unknownFields: 'refuse' | 'ignore', within = ''): Fields {
  const known = new Set<string>()
  const errors: FieldError[] = []
  const read: Fields['read'] = (name, reader) => {
    known.add(name)
    return Object.hasOwn(object, name) ? gather(errors, () => reader(object[name])) : undefined
  }
  return {
    read,
    require: (name, reader) => {
      if (!Object.hasOwn(object, name)) errors.push({ path: within + name, message: 'must be given' })
      return read(name, reader)
    },
    finish: () => {
      const unknown = unknownFields === 'ignore' ? [] : Object.keys(object).filter(name => !known.has(name))
      const message = `is not known; known are: ${[...known].join(', ') || 'none'}`
      errors.push(...unknown.map(name => ({ path: within + name, message })))
      if (errors.length > 0) throw invalidFields(errors)
    },
  }
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

/** A text of at most so many characters (Unicode's code points), in well-formed Unicode. */
export function readText(path: string, maximumCharacters: number, value: unknown): string {
  if (typeof value === 'string' && Array.from(value).length <= maximumCharacters && !/\p{Surrogate}/u.test(value))
    return value
  throw invalidField(path, `must be a text of at most ${maximumCharacters} characters`)
}

export function readWholeNumber(path: string, [least, most]: readonly [number, number], value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidField(path, `must be a whole number from ${least} to ${most}`)
}

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** A time as RFC 3339 writes it. */
export function readInstant(path: string, value: unknown): Date {
  const at = typeof value === 'string' && instantPattern.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw invalidField(path, 'must be an RFC 3339 instant, like 2026-11-21T12:00:00Z')
  return new Date(at)
}

export function readBoolean(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw invalidField(path, 'must be true or false')
}

/** One of the words. */
export function readWord<Word extends string>(path: string, words: readonly Word[], value: unknown): Word {
  const word = words.find(known => known === value)
  if (word === undefined) throw invalidField(path, `must be ${words.map(known => `"${known}"`).join(' or ')}`)
  return word
}

export interface ListRule {
  readonly most: number
  /** What an item must be; the words for it stand after `must be`. */
  readonly isItem: (text: string) => boolean
  readonly items: string
}

/** A list of different texts. */
export function readList(path: string, { most, isItem, items }: ListRule, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > most) throw invalidField(path, `must be a list of at most ${most} texts`)
  const texts: string[] = []
  for (const [index, item] of value.entries()) {
    if (typeof item !== 'string' || !isItem(item))
      throw invalidField(`${path}.${index}`, `must be ${items}${named(item)}`)
    if (texts.includes(item)) throw invalidField(`${path}.${index}`, 'must not be given twice')
    texts.push(item)
  }
  return texts
}

/** What was given instead, cut off where it is long. */
function named(item: unknown): string {
  return typeof item === 'string' ? `; ${JSON.stringify(cutText(item, 200))} is not` : ''
}
