import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'

// What a schema allows, in words.

/** One row of a table of what a request may say. */
export interface Row {
  readonly name: string
  readonly isRequired: boolean
  readonly allowed: string
  /** Null: there is none. */
  readonly default: string | null
}

/** The members of an object's schema, those within another behind it as `a.b`. */
export function rowsOf(object: JsonSchema, within = ''): readonly Row[] {
  const { properties = {}, required = [] } = object as {
    readonly properties?: Readonly<Record<string, JsonSchema>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).flatMap(([name, schema]) => {
    const row = rowOf(within + name, schema, required.includes(name))
    return schema['properties'] === undefined ? [row] : [row, ...rowsOf(schema, `${within}${name}.`)]
  })
}

export function rowOf(name: string, schema: JsonSchema, isRequired: boolean): Row {
  const given = schema['default']
  return { name, isRequired, allowed: allowedBy(name, schema), default: given === undefined ? null : code(given) }
}

/** @throws {TypeError} for a schema that has no words yet, naming the field */
export function allowedBy(name: string, schema: JsonSchema): string {
  const { anyOf, const: only, enum: values, description } = schema as Words
  if (anyOf !== undefined) return withDescription(anyOf.map(one => allowedBy(name, one)).join(', or '), description)
  if (only !== undefined) return code(only)
  if (values !== undefined) return withDescription(values.map(code).join(', '), description)
  return withDescription(kindWords(name, schema), description)
}

interface Words {
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly description?: string
}

function withDescription(words: string, description: string | undefined): string {
  if (description === undefined || words === '') return words + (description ?? '')
  return words + (/^[A-Z]/.test(description) ? '. ' : '; ') + description
}

interface Limits {
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly pattern?: string
  readonly format?: string
  readonly description?: string
  readonly items?: JsonSchema
  readonly additionalProperties?: boolean | JsonSchema
}

function kindWords(name: string, schema: JsonSchema): string {
  const limits = schema as Limits
  const { type = 'any' } = schema
  const words = typeof type === 'string' ? kinds[type] : undefined
  if (words === undefined) throw new TypeError(`docs/api.md has no words for ${name}, a ${JSON.stringify(type)}`)
  return words(name, limits)
}

const kinds: Readonly<Record<string, (name: string, limits: Limits) => string>> = {
  any: () => '',
  null: () => '`null`',
  boolean: () => '`true`, `false`',
  integer: (_, limits) => `whole number${range(limits)}`,
  string: textWords,
  array: (name, { maxItems, items = {} }) =>
    `list of at most ${number(maxItems)} different texts, each ${allowedBy(name, items)}`,
  object: (_, limits) => objectWords(limits),
}

function range({ minimum, maximum }: Limits): string {
  if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER)
    return minimum === undefined ? '' : `, from ${minimum}`
  return `, ${minimum ?? 0}–${maximum}`
}

/** A pattern is no words: where a text has one, its description says what fits. */
function textWords(name: string, { minLength, maxLength, pattern, format, description }: Limits): string {
  if (format === 'date-time') return 'RFC 3339 instant, like `2026-11-21T12:00:00Z`'
  if (pattern !== undefined && description === undefined)
    throw new TypeError(`the pattern of ${name} has no description that says what fits it`)
  if (pattern !== undefined) return ''
  const least = minLength === undefined ? '' : ` at least ${minLength}`
  const most = maxLength === undefined ? '' : ` at most ${number(maxLength)}`
  return least + most === '' ? 'text' : `text of${[least, most].filter(part => part !== '').join(' and')} characters`
}

function objectWords({ maxProperties, additionalProperties }: Limits): string {
  if (typeof additionalProperties !== 'object') return 'object'
  return `object of at most ${number(maxProperties)} members`
}

function number(value: number | undefined): string {
  return value === undefined ? 'any number' : String(value)
}

function code(value: Json): string {
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``
}
