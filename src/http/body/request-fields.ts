import { isDeepStrictEqual } from 'node:util'
import { headerOf, type RequestHeaders } from '../../access/credential'
import { isPresence, isTextPlace, parsePlace, placeName, type PlaceText, valueText } from '../../contracts/place'
import type { PathParameters } from '../../contracts/routes'
import type { Json } from '../../contracts/shape'
import type { FieldError } from '../../core/problem'
import {
  type Field,
  gather,
  invalidField,
  invalidFields,
  isNotKnown,
  type ReadTable,
  type UnknownFields,
} from './fields'
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

/** A field at its place in a request. */
export interface PlacedField<AnyField extends Field<unknown> = Field<unknown>> {
  readonly place: PlaceText
  readonly field: AnyField
}

/** Fields by what they mean. One that the contract does not have is undefined. */
export type PlacedTable = Readonly<Record<string, PlacedField | undefined>>

export type ReadPlaced<Table extends PlacedTable> = {
  readonly [Name in keyof Table]: Table[Name] extends PlacedField<infer AnyField>
    ? ReadTable<{ field: AnyField }>['field']
    : NonNullable<Table[Name]> extends PlacedField<Field<infer Result>>
      ? Result | undefined
      : undefined
}

export interface PlacedRules {
  readonly unknownFields: UnknownFields
  /** What the request says besides, of which nothing is made. */
  readonly besides?: readonly PlacedField[]
}

/**
 * Reads what a request says at the places of a table. Elsewhere than in a body, a text stands for a number, true or false.
 * @throws {Problem} `invalid-request` with all that was wrong
 */
export function readPlaced<Table extends PlacedTable>(
  request: PlacedRequest,
  table: Table,
  { unknownFields, besides = [] }: PlacedRules,
): ReadPlaced<Table> {
  const errors: FieldError[] = []
  for (const placed of besides) gather(errors, () => readAt(request, placed))
  const read = Object.entries(table).map(([name, placed]) => {
    return [name, placed && gather(errors, () => readAt(request, placed))] as const
  })
  const places = [...besides, ...Object.values(table)].flatMap(placed => placed?.place ?? [])
  const inBody = new Set(places.filter(place => !isTextPlace(place)))
  if (unknownFields === 'refuse') errors.push(...unknownIn(request.body, inBody, ''))
  if (errors.length > 0) throw invalidFields(errors)
  // Each name has what its own field made, which is what the type says.
  return Object.fromEntries(read) as ReadPlaced<Table>
}

function readAt(request: PlacedRequest, { place, field }: PlacedField): unknown {
  const value = valueAt(request, place)
  const path = placeName(place)
  if (value === undefined && field.required === true) throw invalidField(path, 'must be given')
  if (value === undefined) return undefined
  return field.read(path, field.schema['type'] === 'string' ? value : jsonValue(place, value))
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
    return { path, message: isNotKnown([...known]) }
  })
}

/** Whether the request says exactly this, or anything where that will do. Elsewhere than in a body it says it as a text. */
export function says(request: PlacedRequest, place: PlaceText, wanted: Json): boolean {
  if (isPresence(wanted)) return valueAt(request, place) !== undefined
  return isConstant(place, valueAt(request, place), wanted)
}

/** A field that must be there and hold one value. Elsewhere than in a body it says it as a text. */
export function constantAt(place: PlaceText, wanted: Json): PlacedField {
  return {
    place,
    field: {
      schema: isTextPlace(place) ? { type: 'string', const: valueText(wanted) } : { const: wanted },
      required: true,
      read: (path, value) => {
        if (!isConstant(place, value, wanted)) throw invalidField(path, `must be ${JSON.stringify(wanted)}`)
        return null
      },
    },
  }
}

/** A field that may hold anything, and is not looked at. */
export function anythingAt(place: PlaceText): PlacedField {
  return { place, field: { schema: {}, read: () => null } }
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
