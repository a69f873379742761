import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'

// JSON Schema as TypeScript: the few words that the description uses, and an error for any other.

export interface Types {
  /** The schema's type as TypeScript; objects among it that `components` has are named. */
  of(schema: Json): string
  /** Declares the schema's type under the name, which nothing else may have. */
  declare(name: string, schema: JsonSchema): void
  /** All that was named, in its order. */
  declarations(): string
}

/** @throws {TypeError} from its methods, for a word of a schema that it does not know */
export function typesIn(components: Readonly<Record<string, JsonSchema>>): Types {
  const names = new Map<string, string>()
  const declared = new Map<string, string>()
  const add = (name: string, text: string): void => {
    if (declared.has(name)) throw new TypeError(`two types of the client are named ${name}`)
    const same = names.get(text)
    declared.set(name, same === undefined && isOneObject(text) ? `interface ${name} ${text}` : alias(name, same, text))
    if (isOneObject(text) && same === undefined) names.set(text, name)
  }
  const printer: Printer = {
    resolved: schema => resolved(schema, components),
    named: (schema, text) => {
      const known = names.get(text)
      if (known !== undefined || typeof schema['$ref'] !== 'string' || !isOneObject(text)) return known ?? text
      const name = freeName(typeName(componentOf(schema['$ref']).replace(/-\d+$/, '')), declared)
      add(name, text)
      return name
    },
  }
  return {
    of: schema => typeOf(schema, printer),
    declare: (name, schema) =>
      add(name, schema['$ref'] === undefined ? bare(schema, printer) : typeOf(schema, printer)),
    declarations: () => [...declared.values()].map(text => `export ${text}\n`).join('\n'),
  }
}

/** An object's type, and no union that begins with one: what stands within it is indented. */
function isOneObject(text: string): boolean {
  return text.startsWith('{') && text.indexOf('\n}') === text.length - 2
}

function alias(name: string, same: string | undefined, text: string): string {
  return `type ${name} = ${same ?? text}`
}

/** `get-health` as `GetHealth`. */
export function typeName(text: string): string {
  return text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function freeName(wanted: string, taken: ReadonlyMap<string, string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}${number}`
    if (!taken.has(name)) return name
  }
}

interface Printer {
  /** The schema, or the one that it refers to. */
  resolved(schema: JsonSchema): JsonSchema
  /** A type's name, where it has one, else its text. */
  named(schema: JsonSchema, text: string): string
}

/** Words that say something of values, or to people, and nothing of types. */
const untyped =
  /^(?:title|description|default|format|pattern|minLength|maxLength|minimum|maximum|minItems|maxItems|uniqueItems|maxProperties|propertyNames|not|allOf|if|then|else|examples|deprecated|\$ref)$/
const typed = /^(?:type|properties|required|additionalProperties|items|enum|const|anyOf)$/

function typeOf(schema: Json, printer: Printer): string {
  return isObject(schema) ? printer.named(schema, bare(schema, printer)) : bare(schema, printer)
}

/** The type without a name of its own. */
function bare(schema: Json, printer: Printer): string {
  if (!isObject(schema)) return 'unknown'
  const target = printer.resolved(schema)
  const strange = Object.keys(target).find(word => !untyped.test(word) && !typed.test(word))
  if (strange !== undefined) throw new TypeError(`the client's types do not know the schema's word ${strange}`)
  if (target['const'] !== undefined) return literal(target['const'])
  if (Array.isArray(target['enum'])) return union((target['enum'] as readonly Json[]).map(literal))
  if (Array.isArray(target['anyOf'])) return anyOf(target['anyOf'] as readonly JsonSchema[], printer)
  const kinds = [target['type'] ?? []].flat() as readonly string[]
  return kinds.length === 0 ? 'unknown' : union(kinds.map(kind => typeOfKind(kind, target, printer)))
}

function typeOfKind(kind: string, schema: JsonSchema, printer: Printer): string {
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'null':
      return kind
    case 'integer':
      return 'number'
    case 'array': {
      const item = schema['items'] === undefined ? 'unknown' : typeOf(schema['items'], printer)
      return `readonly ${/^(?:\w+|\{[^]*\})$/.test(item) ? item : `(${item})`}[]`
    }
    case 'object':
      return objectType(schema, printer)
    default:
      throw new TypeError(`the client's types do not know the schema's type ${kind}`)
  }
}

function objectType({ properties, required, additionalProperties }: JsonSchema, printer: Printer): string {
  if (!isObject(properties)) {
    const value = isObject(additionalProperties) ? typeOf(additionalProperties, printer) : 'unknown'
    return `Readonly<Record<string, ${value}>>`
  }
  const needed = (required ?? []) as readonly string[]
  const members = Object.entries(properties).map(([name, member]) => ({
    name,
    // Which contracts there are is a deployment's to say.
    type: name === 'contract' ? 'string' : typeOf(member, printer),
    isNeeded: needed.includes(name),
    about: aboutOf(member, printer),
  }))
  return membersType(members)
}

interface Member {
  readonly name: string
  readonly type: string
  readonly isNeeded: boolean
  readonly about: string
}

function membersType(members: readonly Member[]): string {
  const lines = members.flatMap(({ name, type, isNeeded, about }) => [
    ...(about === '' ? [] : [`/** ${about} */`]),
    `readonly ${/^\w+$/.test(name) ? name : JSON.stringify(name)}${isNeeded ? '' : '?'}: ${type}`,
  ])
  return `{\n${lines.map(line => `  ${line.replaceAll('\n', '\n  ')}\n`).join('')}}`
}

/** Objects become one, since none of our unions of objects is told apart by anything but a name that deployments add to. */
function anyOf(schemas: readonly JsonSchema[], printer: Printer): string {
  const targets = schemas.map(schema => printer.resolved(schema))
  const objects = targets.filter(target => isObject(target['properties']))
  if (objects.length < 2) return union(schemas.map(schema => typeOf(schema, printer)))
  const others = schemas.filter((_, index) => !isObject(targets[index]?.['properties']))
  return union([merged(objects, printer), ...others.map(schema => typeOf(schema, printer))])
}

function merged(objects: readonly JsonSchema[], printer: Printer): string {
  const names = [...new Set(objects.flatMap(({ properties }) => Object.keys(Object(properties) as object)))]
  const members = names.map(name => {
    const schemas = objects.flatMap(({ properties }) => (properties as Readonly<Record<string, Json>>)[name] ?? [])
    const abouts = [...new Set(schemas.map(schema => aboutOf(schema, printer)))]
    const isNeeded = objects.every(({ required }) => ((required ?? []) as readonly string[]).includes(name))
    return { name, type: mergedType(schemas, printer), isNeeded, about: abouts.length === 1 ? (abouts[0] ?? '') : '' }
  })
  return membersType(members)
}

function mergedType(schemas: readonly Json[], printer: Printer): string {
  const constants = new Set(schemas.map(schema => (isObject(schema) ? schema['const'] : undefined)))
  if (constants.size > 1 && [...constants].every(value => typeof value === 'string')) return 'string'
  return union(schemas.map(schema => typeOf(schema, printer)))
}

/** Without repeats; null comes last. */
function union(types: readonly string[]): string {
  const parts = [...new Set(types.flatMap(type => (/^[^{(<]*$/.test(type) ? type.split(' | ') : [type])))]
  if (parts.includes('unknown')) return 'unknown'
  return parts.toSorted((one, other) => Number(one === 'null') - Number(other === 'null')).join(' | ')
}

function literal(value: Json): string {
  return typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : JSON.stringify(value)
}

/** What people should know of a value: what it is, its limits, what it is where absent. */
function aboutOf(schema: Json, printer: Printer): string {
  if (!isObject(schema)) return ''
  const { description, minimum, maximum, maxLength, maxItems, default: absent } = printer.resolved(schema)
  const says = typeof description === 'string' ? [description.replace(/\.$/, '')] : []
  const facts = [
    ...says,
    ...(typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER
      ? [`${JSON.stringify(minimum)} to ${maximum}`]
      : []),
    ...(maxLength === undefined ? [] : [`At most ${JSON.stringify(maxLength)} characters`]),
    ...(maxItems === undefined ? [] : [`At most ${JSON.stringify(maxItems)}`]),
    ...(absent === undefined ? [] : [`Default ${JSON.stringify(absent)}`]),
  ]
  return facts.map(fact => `${fact}.`).join(' ')
}

function resolved(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const target = components[componentOf(reference)]
  if (target === undefined) throw new TypeError(`the description lacks ${reference}`)
  return resolved(target, components)
}

function componentOf(reference: string): string {
  return reference.replace('#/components/schemas/', '')
}

function isObject(value: Json | undefined): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
