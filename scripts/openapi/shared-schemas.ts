import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'

// Schemas that stand in a description more than once are told once, under `components`, and referred to.

/** Shorter ones are read more easily where they stand. */
const leastCharacters = 200

/** The description with its repeated schemas moved to `components.schemas`, named by where they stand first. */
export function withSharedSchemas(description: JsonSchema): JsonSchema {
  const counted = new Map<string, { readonly name: string; count: number }>()
  visitSchemas(description, (schema, name) => {
    const text = JSON.stringify(schema)
    const known = counted.get(text)
    if (known === undefined) counted.set(text, { name, count: 1 })
    else known.count += 1
  })
  const shared = [...counted].filter(([text, { count }]) => count > 1 && text.length >= leastCharacters)
  const names = uniqueNames(shared.map(([text, { name }]) => [text, name]))
  const schemas = shared.map(([text]) => {
    const inner = mapMembers(JSON.parse(text) as JsonSchema, value => referred(value, names))
    return [names.get(text) ?? '', inner] as const
  })
  const components = { ...(description['components'] as JsonSchema), schemas: Object.fromEntries(schemas) }
  return { ...(referred(description, names) as JsonSchema), components }
}

/** What a member with this name holds may look like a schema. */
const examples = 'examples'

/** Members that do not tell what stands in them. */
const transparent = ['schema', 'items', 'anyOf', 'properties', 'content']

/** Each object in which JSON Schema's words may stand, with the name of the member that holds it. */
function visitSchemas(value: Json, visit: (schema: JsonSchema, name: string) => void, name = ''): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) visitSchemas(item, visit, name)
  if (!isObject(value)) return
  if (isSchema(value)) visit(value, typeof value['title'] === 'string' ? value['title'] : name)
  for (const [member, inner] of Object.entries(value)) {
    if (member !== 'not' && member !== examples)
      visitSchemas(inner, visit, transparent.includes(member) ? name : member)
  }
}

function referred(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(item => referred(item, names))
  if (!isObject(value)) return value
  const name = isSchema(value) ? names.get(JSON.stringify(value)) : undefined
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  return mapMembers(value, member => referred(member, names))
}

/** Examples stay as they are. */
function mapMembers(object: JsonSchema, change: (value: Json) => Json): JsonSchema {
  const members = Object.entries(object).map(
    ([name, value]) => [name, name === examples ? value : change(value)] as const,
  )
  return Object.fromEntries(members)
}

function uniqueNames(named: readonly (readonly [text: string, name: string])[]): ReadonlyMap<string, string> {
  const taken = new Map<string, number>()
  return new Map(
    named.map(([text, wanted]) => {
      const name = wanted.replaceAll(/[^\w.-]/g, '') || 'schema'
      const before = taken.get(name) ?? 0
      taken.set(name, before + 1)
      return [text, before === 0 ? name : `${name}-${before + 1}`]
    }),
  )
}

/** What has a word that only schemas have: other objects of a description have a `type` that is a text of their own. */
function isSchema(value: JsonSchema): boolean {
  return (
    'anyOf' in value ||
    (typeof value['type'] === 'string' && ('properties' in value || 'pattern' in value || 'propertyNames' in value))
  )
}

function isObject(value: Json): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
