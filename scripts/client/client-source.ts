import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'
import type { ProblemCode } from '../../src/core/problem'
import { problemHelp } from '../openapi/problems'
import { typeName, type Types, typesIn } from './type-of-schema'

// `src/client/operations.ts`, made of the description of our own API: types, and one method for each operation.

/** As much of an OpenAPI description as it is made of. */
interface Description {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

interface DescribedOperation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly security: readonly JsonSchema[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, DescribedReply>>
}

interface Parameter {
  readonly in: string
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
  readonly description?: string
}

type Content = Readonly<Record<string, { readonly schema: Json }>>

interface DescribedReply {
  readonly content?: Content
  readonly 'x-keyturn-problems'?: readonly ProblemCode[]
}

/** The file's text. @throws {TypeError} for what the description says and the client does not know */
export function clientSource(text: string): string {
  // Our own description, as scripts/openapi makes it.
  const { info, paths, components } = JSON.parse(text) as Description
  const types = typesIn(components.schemas)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf({ path, method, operation, types })),
  )
  return [
    head,
    `/** Keyturn's, at the time that this was made. */\nexport const version = '${info.version}'\n`,
    problemCodes(operations),
    types.declarations(),
    clientType(operations),
    `/** The methods, each as a call of its operation. */
export function operationsOf(call: Call): KeyturnClient {
  const client: KeyturnClient = {
${operations.flatMap(implementations).join('\n')}
  }
  return client
}
`,
  ].join('\n')
}

const head = `// Made by \`npm run client\` of the description of the API: change that, not this.

import type { Call } from './operation'
import type { CallOptions, KeyedCallOptions } from './options'
import { itemsOf } from './pages'
`

type Repeat = 'safe' | 'keyed' | 'with-id' | 'never'
type ReplyKind = 'none' | 'object' | 'list' | 'page'

interface ClientOperation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly isOpen: boolean
  readonly about: readonly string[]
  readonly problems: readonly ProblemCode[]
  readonly repeat: Repeat
  /** The names in the path, in their order. */
  readonly ids: readonly string[]
  readonly bodyType: string | null
  readonly isBodyNeeded: boolean
  readonly queryType: string | null
  readonly isQueryNeeded: boolean
  readonly reply: ReplyKind
  readonly replyType: string
  readonly withoutReveal: WithoutReveal | null
  /** Of a list in pages. */
  readonly itemType: string | null
}

/** What the reply is to a body that may say `reveal: false`. */
interface WithoutReveal {
  readonly replyType: string
  /** The members that it then leaves out. */
  readonly left: readonly string[]
}

interface Place {
  readonly path: string
  readonly method: string
  readonly operation: DescribedOperation
  readonly types: Types
}

function operationOf(place: Place): ClientOperation {
  const { path, method, operation, types } = place
  const name = methodName(operation.operationId)
  const { parameters, responses } = operation
  const reply = doneSchema(responses)
  const body = schemaOf(operation.requestBody?.content)
  const query = parameters.filter(parameter => parameter.in === 'query')
  const item = itemSchema(reply)
  const repeat = repeatOf(name, { method, parameters, reply })
  const bodyType = body === null || isEmptyObject(body) ? null : declared(types, `${typeName(name)}Body`, body)
  const queryType = query.length === 0 ? null : declared(types, `${typeName(name)}Query`, querySchema(query))
  const itemType = item === null ? null : itemName(types, name, item)
  return {
    name,
    method: method.toUpperCase(),
    path,
    isOpen: operation.security.length === 0,
    about: [`${operation.summary}.`, operation.description, repeatWords[repeat]].filter(text => text !== ''),
    problems: [...new Set(Object.values(responses).flatMap(each => each['x-keyturn-problems'] ?? []))],
    repeat,
    ids: parameters.filter(parameter => parameter.in === 'path').map(parameter => parameter.name),
    bodyType,
    isBodyNeeded: body !== null && needsSomething(body),
    queryType,
    isQueryNeeded: query.some(({ required }) => required),
    reply: replyKind(reply),
    ...replyTypes(types, name, { body, reply }),
    itemType: query.some(({ name }) => name === 'cursor') ? itemType : null,
  }
}

interface Schemas {
  readonly body: JsonSchema | null
  readonly reply: JsonSchema | null
}

/** Where a body can say `reveal: false`, that is why members of the reply may be absent: without it, all are there. */
function replyTypes(types: Types, name: string, { body, reply }: Schemas) {
  const replyName = `${typeName(name)}Reply`
  if (reply === null) return { replyType: 'void', withoutReveal: null }
  if (!propertiesOf(body).includes('reveal')) {
    return { replyType: declared(types, replyName, reply), withoutReveal: null }
  }
  const members = propertiesOf(reply)
  const left = members.filter(member => !((reply['required'] ?? []) as readonly Json[]).includes(member))
  return {
    replyType: declared(types, replyName, { ...reply, required: members }),
    withoutReveal: { replyType: declared(types, `Unrevealed${replyName}`, reply), left },
  }
}

function propertiesOf(schema: JsonSchema | null): readonly string[] {
  return Object.keys(Object(schema?.['properties']) as object)
}

/** `keyturn.secret-state` as `secretState`. */
export function methodName(operationId: string): string {
  const name = typeName(operationId.slice(operationId.indexOf('.') + 1))
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function declared(types: Types, name: string, schema: JsonSchema): string {
  types.declare(name, schema)
  return name
}

/** Items that are told of elsewhere keep the name that they have there. */
function itemName(types: Types, name: string, item: JsonSchema): string {
  return item['$ref'] === undefined ? declared(types, `${typeName(name)}Item`, item) : types.of(item)
}

function schemaOf(content: Content | undefined): JsonSchema | null {
  const [media] = Object.values(content ?? {})
  return media === undefined ? null : (media.schema as JsonSchema)
}

/** What it answers where it went well; null: nothing. @throws {TypeError} where this has no one answer */
function doneSchema(responses: DescribedOperation['responses']): JsonSchema | null {
  const [done, another] = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const reply = schemaOf(done?.[1].content)
  const isOne = done !== undefined && another === undefined
  if (isOne && (done[0] === '204') === (reply === null)) return reply
  throw new TypeError('the client knows operations that answer either 204 and nothing, or one other 2xx and JSON')
}

function replyKind(reply: JsonSchema | null): ReplyKind {
  if (reply === null) return 'none'
  if (itemSchema(reply) === null) return 'object'
  return propertiesOf(reply).includes('nextCursor') ? 'page' : 'list'
}

/** That of a list; null where the reply is none. */
function itemSchema(reply: JsonSchema | null): JsonSchema | null {
  const { data } = Object(reply?.['properties']) as Readonly<Record<string, JsonSchema>>
  return data?.['items'] === undefined ? null : (data['items'] as JsonSchema)
}

function isEmptyObject({ properties }: JsonSchema): boolean {
  return properties !== undefined && propertiesOf({ properties }).length === 0
}

/** Whether some body lacks a member that it must have. */
function needsSomething({ required, anyOf }: JsonSchema): boolean {
  const variants = (anyOf ?? []) as readonly JsonSchema[]
  return ((required ?? []) as readonly Json[]).length > 0 || variants.some(needsSomething)
}

function querySchema(parameters: readonly Parameter[]): JsonSchema {
  const properties = parameters.map(({ name, schema, description }) => {
    return [name, { ...(description !== undefined && { description }), ...schema }] as const
  })
  const required = parameters.filter(parameter => parameter.required).map(({ name }) => name)
  return { type: 'object', properties: Object.fromEntries(properties), required }
}

/** Headers that the client's core sends. Another one has to be thought about there. */
const knownHeaders = ['Keyturn-Tenant', 'Idempotency-Key']

/**
 * POSTs that may be repeated without an `Idempotency-Key`: an event by its id; what waits already is not put into the
 * queue again; a code with its nonce gives the same token. Every other one does its work twice.
 */
const repeatOfPosts: Readonly<Record<string, Repeat>> = {
  publish: 'with-id',
  sendAgain: 'safe',
  recover: 'safe',
  describePortalSession: 'safe',
  exchangePortalSession: 'safe',
}

interface Repeatable {
  readonly method: string
  readonly parameters: readonly Parameter[]
  readonly reply: JsonSchema | null
}

/** A deletion that answers what it has ended is not repeated: the repeat would answer that there was nothing to end. */
function repeatOf(name: string, { method, parameters, reply }: Repeatable): Repeat {
  const headers = parameters.filter(parameter => parameter.in === 'header').map(parameter => parameter.name)
  const strange = headers.find(header => !knownHeaders.includes(header))
  if (strange !== undefined) throw new TypeError(`the client does not know the header ${strange}`)
  if (headers.includes('Idempotency-Key')) return 'keyed'
  if (method === 'post') return repeatOfPosts[name] ?? 'never'
  return method === 'delete' && reply !== null ? 'never' : 'safe'
}

const repeatWords: { readonly [R in Repeat]: string } = {
  safe: 'A request whose reply is lost is sent again.',
  keyed: 'A request whose reply is lost is sent again with the same `Idempotency-Key`.',
  'with-id': 'A request whose reply is lost is sent again where the body has an `id`.',
  never: 'A request whose reply is lost is not sent again.',
}

/** What any path can answer, and no operation has. */
const ofNoOperation: readonly ProblemCode[] = ['route-not-found', 'method-not-allowed']

function problemCodes(operations: readonly ClientOperation[]): string {
  const known = new Set([...ofNoOperation, ...operations.flatMap(({ problems }) => problems)])
  // The table's keys are the codes.
  const codes = (Object.keys(problemHelp) as ProblemCode[]).filter(code => known.has(code))
  const members = codes.map(code => `  /** ${problemHelp[code].when} */\n  | '${code}'`)
  return `/** Why Keyturn refuses a request. The codes are stable. */\nexport type ProblemCode =\n${members.join('\n')}\n`
}

function clientType(operations: readonly ClientOperation[]): string {
  const closed = operations.filter(({ isOpen }) => !isOpen)
  const common = closed[0]?.problems.filter(code => closed.every(({ problems }) => problems.includes(code))) ?? []
  const about = comment([
    'A method for each operation of the API. Times are texts in ISO 8601.',
    '',
    `@throws {KeyturnError} from every method, besides what stands there: ${inCode(common)}, and the codes that are the client’s own.`,
  ])
  const methods = operations.flatMap(operation => signatures(operation, common))
  return `${about.join('\n')}\nexport interface KeyturnClient {\n${methods.join('\n\n')}\n}\n`
}

function inCode(codes: readonly ProblemCode[]): string {
  return codes.map(code => `\`${code}\``).join(', ')
}

interface Argument {
  readonly name: string
  readonly type: string
  readonly isNeeded: boolean
}

/** What must be given comes first. */
function argumentsOf(operation: ClientOperation): readonly Argument[] {
  const { ids, bodyType, isBodyNeeded, queryType, isQueryNeeded, repeat } = operation
  const all = [
    ...ids.map(name => ({ name, type: 'string', isNeeded: true })),
    ...(bodyType === null ? [] : [{ name: 'body', type: bodyType, isNeeded: isBodyNeeded }]),
    ...(queryType === null ? [] : [{ name: 'query', type: queryType, isNeeded: isQueryNeeded }]),
    { name: 'options', type: repeat === 'keyed' ? 'KeyedCallOptions' : 'CallOptions', isNeeded: false },
  ]
  return all.toSorted((one, other) => Number(other.isNeeded) - Number(one.isNeeded))
}

function parametersOf(given: readonly Argument[]): string {
  return given.map(({ name, type, isNeeded }) => `${name}${isNeeded ? '' : '?'}: ${type}`).join(', ')
}

function signatures(operation: ClientOperation, common: readonly ProblemCode[]): readonly string[] {
  const { name, about, problems, replyType, itemType, withoutReveal } = operation
  const parameters = parametersOf(argumentsOf(operation))
  const own = problems.filter(code => !common.includes(code))
  const throws = own.length === 0 ? [] : ['', `@throws {KeyturnError} ${inCode(own)}`]
  if (withoutReveal !== null) return [indented(overloads(operation, withoutReveal, [...about, ...throws]), 2)]
  const one = [...comment([...about, ...throws]), `${name}(${parameters}): Promise<${replyType}>`]
  if (itemType === null) return [indented(one, 2)]
  const all = [
    ...comment([
      `Each item of \`${name}\`, from the query’s page on. A page is read when its first item is asked for.`,
    ]),
    `${name}All(${parameters}): AsyncGenerator<${itemType}, void, undefined>`,
  ]
  return [indented(one, 2), indented(all, 2)]
}

/** A body of which the compiler does not know whether it reveals takes the second one. */
function overloads(operation: ClientOperation, { replyType, left }: WithoutReveal, about: readonly string[]) {
  const { name } = operation
  const all = argumentsOf(operation)
  const revealing = all.map(each =>
    each.name === 'body' ? { ...each, type: `${each.type} & { readonly reveal?: true }` } : each,
  )
  return [
    ...comment(about),
    `${name}(${parametersOf(revealing)}): Promise<${operation.replyType}>`,
    ...comment([`With \`reveal: false\` the reply leaves out ${left.map(member => `\`${member}\``).join(', ')}.`]),
    `${name}(${parametersOf(all)}): Promise<${replyType}>`,
  ]
}

function implementations(operation: ClientOperation): readonly string[] {
  const { name, method, path, repeat, reply, isOpen, ids, replyType, itemType, withoutReveal } = operation
  const names = argumentsOf(operation).map(argument => argument.name)
  // Overloads give no types to an arrow's parameters.
  const parameters = withoutReveal === null ? names.join(', ') : parametersOf(argumentsOf(operation))
  const given = [
    ...(ids.length === 0 ? [] : [`path: { ${ids.join(', ')} }`]),
    ...names.filter(argument => argument === 'body' || argument === 'query'),
  ]
  const open = isOpen ? ', isOpen: true' : ''
  const described = `{ method: '${method}', path: '${path}', repeat: '${repeat}', reply: '${reply}'${open} }`
  const takes = given.length === 0 ? '{}' : `{ ${given.join(', ')} }`
  const one = [`${name}: (${parameters}) =>`, `  call(${described}, ${takes}, options) as Promise<${replyType}>,`]
  if (itemType === null) return [indented(one, 4)]
  const fixed = ids.map(id => `${id}, `).join('')
  const all = [
    `${name}All: (${names.join(', ')}) =>`,
    `  itemsOf(page => client.${name}(${fixed}page, options), query ?? {}),`,
  ]
  return [indented(one, 4), indented(all, 4)]
}

const longestLine = 110

/** The texts, one after the other, in lines; an empty one is an empty line. */
function comment(texts: readonly string[]): readonly string[] {
  const paragraphs = texts.flatMap(text => (text === '' ? [''] : wrapped(text)))
  return paragraphs.length === 1
    ? [`/** ${paragraphs[0] ?? ''} */`]
    : ['/**', ...paragraphs.map(line => ` * ${line}`.trimEnd()), ' */']
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > longestLine) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

function indented(lines: readonly string[], spaces: number): string {
  return lines.map(line => `${' '.repeat(spaces)}${line}`.trimEnd()).join('\n')
}
