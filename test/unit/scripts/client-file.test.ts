import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { clientSource } from '../../../scripts/client/client-source'
import { typesIn } from '../../../scripts/client/type-of-schema'
import { clientFile, clientFileText } from '../../../scripts/client-file'
import { openApiFile } from '../../../scripts/openapi-files'
import { keyturn } from '../../../src/contracts/keyturn'
import type { JsonSchema } from '../../../src/contracts/json-schema'

it('src/client/operations.ts is as the description makes it: run `npm run client` if not', () => {
  expect(readFileSync(clientFile, 'utf8')).toBe(clientFileText())
})

describe('a type', () => {
  const components: Readonly<Record<string, JsonSchema>> = {
    'sealed-box-2': { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] },
    long: { type: 'string', maxLength: 2048 },
  }
  const typeOf = (schema: JsonSchema): string => typesIn(components).of(schema)

  it.each<[JsonSchema, string]>([
    [{ type: 'string', format: 'date-time' }, 'string'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ type: ['string', 'null'], enum: ['a', null, "it's"] }, "'a' | 'it\\'s' | null"],
    [{ const: 'ok' }, "'ok'"],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }, { $ref: '#/components/schemas/long' }] }, 'string | null'],
    [{ type: 'array', items: { type: 'string' } }, 'readonly string[]'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    [{ type: 'array' }, 'readonly unknown[]'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'Readonly<Record<string, string>>'],
    [{ description: 'Any JSON' }, 'unknown'],
    [{ type: 'array', items: { $ref: '#/components/schemas/sealed-box-2' } }, 'readonly SealedBox[]'],
  ])('of %j is %s', (schema, type) => {
    expect(typeOf(schema)).toBe(type)
  })

  it('of an object says which members may be absent, and what their limits are', () => {
    const properties = {
      seconds: { type: 'integer', minimum: 0, maximum: 60, default: 5, description: 'How long' },
      'a-b': { type: 'string', maxLength: 3 },
    }
    expect(typeOf({ type: 'object', properties, required: ['a-b'], additionalProperties: false })).toBe(
      '{\n  /** How long. 0 to 60. Default 5. */\n  readonly seconds?: number\n  /** At most 3 characters. */\n  readonly "a-b": string\n}',
    )
  })

  it('of several objects is one: a member is needed where each needs it, and a name that tells them apart is any text', () => {
    const first = { type: 'object', properties: { kind: { const: 'a' }, url: { type: 'string' } }, required: ['kind'] }
    const properties = { kind: { const: 'b' }, url: { type: ['string', 'null'] } }
    const second = { type: 'object', properties, required: ['kind', 'url'] }
    expect(typeOf({ anyOf: [first, second] })).toBe('{\n  readonly kind: string\n  readonly url?: string | null\n}')
  })

  it('has one name for what is the same, and another where the name is taken', () => {
    const types = typesIn(components)
    types.declare('SealedBox', { type: 'object', properties: { lid: { type: 'string' } } })
    types.declare('ReadReply', { type: 'object', properties: { box: { $ref: '#/components/schemas/sealed-box-2' } } })
    types.declare('SizeReply', components['sealed-box-2'] ?? {})
    const text = types.declarations()
    expect(text).toContain('export interface SealedBox2 {\n  readonly size: number\n}')
    expect(text).toContain('readonly box?: SealedBox2')
    expect(text).toContain('export type SizeReply = SealedBox2')
    expect(() => types.declare('SealedBox', {})).toThrow('two types of the client are named SealedBox')
  })

  it('is refused for a word that it does not know, rather than read past', () => {
    expect(() => typeOf({ type: 'object', patternProperties: {} })).toThrow("schema's word patternProperties")
    expect(() => typeOf({ type: 'float' })).toThrow("schema's type float")
    expect(() => typeOf({ $ref: '#/components/schemas/none' })).toThrow('lacks #/components/schemas/none')
  })
})

describe('a method', () => {
  /** The description with one more operation, as a later version may have it. */
  function withOperation(path: string, operation: object): string {
    const description = JSON.parse(openApiFile(keyturn)) as { paths: object }
    const closed = { security: [{ 'keyturn.apiKey': [] }], summary: 'Do', description: '', parameters: [] }
    const added = { ...closed, responses: { 204: {} }, ...operation }
    return JSON.stringify({ ...description, paths: { ...description.paths, [path]: { post: added } } })
  }

  it('is made for an operation that is added, which is never sent again until somebody decides', () => {
    const source = clientSource(withOperation('/v1/things', { operationId: 'keyturn.make-thing' }))
    expect(source).toContain('makeThing(options?: CallOptions): Promise<void>')
    expect(source).toContain(
      "call({ method: 'POST', path: '/v1/things', repeat: 'never', reply: 'none' }, {}, options)",
    )
  })

  it.each<[string, object]>([
    ['no success', {}],
    ['two successes', { 200: { content: { 'application/json': { schema: {} } } }, 204: {} }],
    ['a success with nothing that is no 204', { 202: {} }],
  ])('is not made for an operation with %s, whose reply could be told from no other', (_, responses) => {
    const text = withOperation('/v1/things', { operationId: 'keyturn.make-thing', responses })
    expect(() => clientSource(text)).toThrow('either 204 and nothing, or one other 2xx and JSON')
  })

  it('takes first what must be given', () => {
    const parameters = [{ in: 'query', name: 'subject', required: true, schema: { type: 'string' } }]
    const requestBody = {
      content: { 'application/json': { schema: { type: 'object', properties: { a: { type: 'null' } } } } },
    }
    const source = clientSource(
      withOperation('/v1/things', { operationId: 'keyturn.end-things', parameters, requestBody }),
    )
    expect(source).toContain(
      'endThings(query: EndThingsQuery, body?: EndThingsBody, options?: CallOptions): Promise<void>',
    )
    expect(source).toContain('export interface EndThingsQuery {\n  readonly subject: string\n}')
  })

  it('whose body takes `reveal` has every member of the reply, unless that says false', () => {
    const content = (properties: object, required: readonly string[]) => ({
      content: { 'application/json': { schema: { type: 'object', properties, required } } },
    })
    const reply = { key: { type: 'string' }, version: { type: 'integer' } }
    const requestBody = content({ reveal: { type: 'boolean' }, age: { type: 'integer' } }, ['age'])
    const responses = { 200: content(reply, ['version']) }
    const source = clientSource(
      withOperation('/v1/things', { operationId: 'keyturn.turn-thing', requestBody, responses }),
    )
    const [, shown = ''] = /interface TurnThingReply (\{[^}]*\})/.exec(source) ?? []
    const [, unshown = ''] = /interface UnrevealedTurnThingReply (\{[^}]*\})/.exec(source) ?? []
    expect([shown, unshown].map(text => /key\??: string/.exec(text)?.[0])).toEqual(['key: string', 'key?: string'])
    expect(source).toContain(
      `  turnThing(body: TurnThingBody & { readonly reveal?: true }, options?: CallOptions): Promise<TurnThingReply>
  /** With \`reveal: false\` the reply leaves out \`key\`. */
  turnThing(body: TurnThingBody, options?: CallOptions): Promise<UnrevealedTurnThingReply>
`,
    )
    expect(source).toContain('turnThing: (body: TurnThingBody, options?: CallOptions) =>')
  })

  it('is not made where the operation takes a header that the core does not send', () => {
    const parameters = [{ in: 'header', name: 'If-Match', schema: { type: 'string' } }]
    const text = withOperation('/v1/things', { operationId: 'keyturn.thing', parameters })
    expect(() => clientSource(text)).toThrow('the client does not know the header If-Match')
  })
})
