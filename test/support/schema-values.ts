import * as fc from 'fast-check'
import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'
import { newAjv } from './described-replies'

// Values that a schema allows, and values close to them that it forbids.

/** Values by the names of the members that hold them, where no schema can say what they may be. */
export type SaidInWords = Readonly<Record<string, fc.Arbitrary<Json>>>

/** Only values that the schema allows. */
export function allowed(schema: JsonSchema, inWords: SaidInWords): fc.Arbitrary<Json> {
  const isValid = newAjv().compile(schema)
  return valueOf(schema, inWords).filter(value => isValid(value))
}

/** Only values that the schema forbids: something is left out, added or replaced in one that it allows. */
export function forbidden(schema: JsonSchema, inWords: SaidInWords): fc.Arbitrary<Json> {
  const isValid = newAjv().compile(schema)
  return valueOf(schema, inWords)
    .chain(value => changed(value))
    .filter(value => !isValid(value))
}

const anyText = fc.string({ maxLength: 40, unit: 'grapheme' })
const anyValue: fc.Arbitrary<Json> = fc.oneof(
  anyText,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => (Object.is(number, -0) ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
  fc.array(anyText, { maxLength: 3 }),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), anyText, { maxKeys: 3 }),
)

function valueOf(schema: JsonSchema, inWords: SaidInWords, name = ''): fc.Arbitrary<Json> {
  const given = inWords[name]
  if (given !== undefined) return given
  const { anyOf, enum: words, type } = schema
  if (Array.isArray(anyOf))
    return fc.oneof(
      ...(anyOf as readonly JsonSchema[]).map(one => valueOf({ ...schema, ...one, anyOf: null }, inWords)),
    )
  if (Array.isArray(words)) return fc.constantFrom(...(words as readonly Json[]))
  const { const: constant } = schema
  if (constant !== undefined) return fc.constant<Json>(constant)
  if (type === 'string') return textOf(schema)
  if (type === 'integer') return integerOf(schema)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') return fc.uniqueArray(valueOf(schema['items'] as JsonSchema, inWords), { maxLength: 4 })
  return type === 'object' ? objectOf(schema, inWords) : anyValue
}

function integerOf(schema: JsonSchema): fc.Arbitrary<Json> {
  const { min, max } = rangeOf(schema)
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max))
}

function rangeOf({ minimum = 0, maximum = 1000 }: JsonSchema): { min: number; max: number } {
  return { min: Number(minimum), max: Math.min(Number(maximum), 2 ** 31 - 1) }
}

function textOf({ pattern, maxLength = 60 }: JsonSchema): fc.Arbitrary<Json> {
  const longest = Math.min(Number(maxLength), 60)
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern, 'u'))
  return fc.oneof(
    fc.string({ maxLength: longest, unit: 'binary' }),
    fc.string({ minLength: longest, maxLength: longest, unit: 'grapheme-ascii' }),
  )
}

function objectOf(
  { properties, required = [], propertyNames, additionalProperties }: JsonSchema,
  inWords: SaidInWords,
): fc.Arbitrary<Json> {
  if (properties === undefined) {
    const key = valueOf({ type: 'string', ...(propertyNames as JsonSchema) }, inWords).map(name =>
      typeof name === 'string' ? name.toLowerCase() : '',
    )
    return fc.dictionary(key, valueOf(additionalProperties as JsonSchema, inWords), {
      maxKeys: 3,
      noNullPrototype: true,
    })
  }
  const members = Object.entries(properties as JsonSchema).map(
    ([name, inner]) => [name, valueOf(inner as JsonSchema, inWords, name)] as const,
  )
  return fc.record(Object.fromEntries(members), {
    requiredKeys: required as readonly string[] as string[],
    noNullPrototype: true,
  })
}

/** The value with something in it left out, added or replaced, at any depth. */
function changed(value: Json): fc.Arbitrary<Json> {
  if (typeof value === 'string')
    return fc.oneof(
      anyValue,
      anyText.map(text => value + text),
      fc.constant(value.slice(1)),
      fc.constant(value.repeat(50)),
    )
  if (typeof value === 'number')
    return fc.oneof(
      anyValue,
      fc.integer({ min: -3, max: 3 }).map(by => value + by * 700_000),
      fc.constant(value + 0.5),
    )
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return anyValue
  const object: JsonSchema = value as JsonSchema
  const names = Object.keys(object)
  const added = fc
    .tuple(fc.stringMatching(/^[a-zA-Z]{1,12}$/), anyValue)
    .map(([name, member]) => ({ ...object, [name]: member }))
  if (names.length === 0) return fc.oneof(anyValue, added)
  const name = fc.constantFrom(...names)
  const without = name.map(left => Object.fromEntries(Object.entries(object).filter(([other]) => other !== left)))
  const replaced = name.chain(one => changed(object[one] ?? null).map(member => ({ ...object, [one]: member })))
  return fc.oneof({ weight: 4, arbitrary: replaced }, without, added)
}
