import { invalidField } from './invalid-field'

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
  return typeof item === 'string' ? `; ${JSON.stringify(item.slice(0, 200))} is not` : ''
}
