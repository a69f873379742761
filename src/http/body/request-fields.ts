import { isDeepStrictEqual } from 'node:util'
import { headerOf, type RequestHeaders } from '../../access/authenticate'
import { isPresence, isTextPlace, parsePlace, placeName, type PlaceText, valueText } from '../../contracts/place'
import type { PathParameters } from '../../contracts/routes'
import type { Json } from '../../contracts/shape'
import type { FieldError } from '../../core/problem'
import { gather, invalidField, invalidFields } from './fields'
import { isObject, type JsonObject } from './json'

// Reads what a request says in any place of it: body, query, path and headers.

/** Where a request can say something. */
export interface PlacedRequest {
  readonly body: JsonObject
  /** What follows the `?`, still encoded. */
  readonly query: string
  readonly parameters: PathParameters
  readonly headers: RequestHeaders
}

export interface RequestFields {
  /** What `reader` makes of the value; undefined where there is none, or it is at fault. One that is required is at fault then. */
  read<Result>(place: PlaceText, reader: (value: unknown) => Result, required?: true): Result | undefined
  /**
   * To be called once every place has been read.
   * @throws {Problem} `invalid-request` with all that was wrong
   */
  finish(): void
}

export function requestFields(request: PlacedRequest, unknownFields: 'refuse' | 'ignore'): RequestFields {
  const known = new Set<string>()
  const errors: FieldError[] = []
  return {
    read: (place, reader, required) => {
      if (!isTextPlace(place)) known.add(place)
      const value = valueAt(request, place)
      if (value !== undefined) return gather(errors, () => reader(value))
      if (required) errors.push({ path: placeName(place), message: 'must be given' })
      return undefined
    },
    finish: () => {
      if (unknownFields === 'refuse') errors.push(...unknownIn(request.body, known, ''))
      if (errors.length > 0) throw invalidFields(errors)
    },
  }
}

/** What the request says at the place; undefined: nothing. A query's member that is given twice says a list. */
export function valueAt({ body, query, parameters, headers }: PlacedRequest, text: PlaceText): unknown {
  const place = parsePlace(text)
  switch (place.in) {
    case 'body':
      return valueInBody(body, text)
    case 'query': {
      const values = new URLSearchParams(`?${query}`).getAll(place.name)
      return values.length > 1 ? values : values[0]
    }
    case 'path':
      return parameters[place.name]
    case 'header':
      return headerOf(headers, place.name) ?? undefined
  }
}

/** What the body says at a place in it; undefined: nothing. */
export function valueInBody(body: JsonObject, place: PlaceText): unknown {
  return place.split('.').reduce<unknown>(memberOf, body)
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function unknownIn(object: JsonObject, known: ReadonlySet<string>, within: string): readonly FieldError[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = within + name
    if (known.has(path)) return []
    const hasKnown = [...known].some(place => place.startsWith(`${path}.`))
    if (hasKnown && isObject(value)) return unknownIn(value, known, `${path}.`)
    if (hasKnown) return { path, message: 'must be an object' }
    return { path, message: `is not known; known are: ${[...known].join(', ') || 'none'}` }
  })
}

/** Whether the request says exactly this, or anything where that will do. Elsewhere than in a body it says it as a text. */
export function says(request: PlacedRequest, place: PlaceText, wanted: Json): boolean {
  if (isPresence(wanted)) return valueAt(request, place) !== undefined
  return isConstant(place, valueAt(request, place), wanted)
}

/** @throws {Problem} `invalid-request` for any other value than the wanted one */
export function readConstant(place: PlaceText, wanted: Json, value: unknown): void {
  if (!isConstant(place, value, wanted)) throw invalidField(placeName(place), `must be ${JSON.stringify(wanted)}`)
}

function isConstant(place: PlaceText, value: unknown, wanted: Json): boolean {
  return isTextPlace(place) ? value === valueText(wanted) : isDeepStrictEqual(value, wanted)
}

/** A value as JSON has it: outside of a body, what a text stands for. */
export function jsonValue(place: PlaceText, value: unknown): unknown {
  if (!isTextPlace(place) || typeof value !== 'string') return value
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d{1,15}(?:\.\d{1,20})?$/.test(value) ? Number(value) : value
}

/** The body without what stands at these places, and without the objects that are empty then. */
export function withoutPlaces(body: JsonObject, places: readonly PlaceText[]): JsonObject {
  return places.reduce((rest, text) => {
    const place = parsePlace(text)
    return place.in === 'body' ? withoutPath(rest, place.path) : rest
  }, body)
}

function withoutPath(object: JsonObject, [name = '', ...inner]: readonly string[]): JsonObject {
  const { [name]: member, ...rest } = object
  if (inner.length === 0 || !isObject(member)) return inner.length === 0 ? rest : object
  const left = withoutPath(member, inner)
  return Object.keys(left).length === 0 ? rest : { ...rest, [name]: left }
}
