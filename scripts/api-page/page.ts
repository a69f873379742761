import { allContracts } from '../../src/contracts/all'
import { placesOf } from '../../src/contracts/credential-places'
import type { Contract, CredentialPlace } from '../../src/contracts/contract'
import { neededPermissions } from '../../src/contracts/contract'
import { gatewayRoutes } from '../../src/contracts/gateway-routes'
import type { Json } from '../../src/contracts/shape'
import { type ProblemCode, problems } from '../../src/core/problem'
import { described, needs, servedOperations, type ServedOperation } from '../openapi/description'
import { problemsOf } from '../openapi/problems'
import { bodyOf, parametersOf } from '../openapi/request-schemas'
import { type Example, ownExamples, setUp } from './examples'
import { anchorOf, printedJson, table } from './markdown'
import type { Block } from './paste'
import { type Row, rowOf, rowsOf } from './words'

// docs/api.md: every route with who may call it, what it takes, a request, its real reply, and its problems.

/** A contract, and what `local.json` calls that by which it is called. */
export interface Callable {
  readonly contract: Contract
  /** Null: it has none. */
  readonly apiKey: string | null
  /** Of somebody who may do everything. Null: it has none. */
  readonly session: string | null
}

/** A reply as the page shows it. */
export interface PageReply {
  readonly status: number
  /** Null: it has no body. */
  readonly body: Json
}

/** A part of the page. A request stands where its reply follows. */
type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'block'; readonly block: Block }

/** The page. `replies`: one for each request, in the page's order. The first of the contracts is our own. */
export function apiPage([own, ...vendors]: readonly Callable[], replies: readonly PageReply[]): string {
  const parts = own === undefined ? [] : [...ownParts(own), aboutVendors, ...vendors.flatMap(vendorParts), ending]
  let asked = 0
  return parts
    .map(part => {
      if (part.kind === 'text') return part.text
      const { lines, isAsked } = part.block
      const shown = `\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`
      return isAsked ? `${shown}\n${shownReply(replies[asked++])}` : shown
    })
    .join('\n')
}

const replyWords = 'Answers'

function shownReply(reply: PageReply | undefined): string {
  if (reply === undefined) return `${replyWords} nothing yet.\n`
  const line = `${replyWords} \`${reply.status}\``
  return reply.body === null
    ? `${line} without a body.\n`
    : `${line}:\n\n\`\`\`json\n${printedJson(reply.body)}\n\`\`\`\n`
}

/** The blocks of shell of a page, in its order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks = page.matchAll(new RegExp(`\`\`\`sh\\n([^]*?)\\n\`\`\`\\n(\\n${replyWords} )?`, 'g'))
  return [...blocks].map(([, lines = '', asked]) => ({ lines: lines.split('\n'), isAsked: asked !== undefined }))
}

/** The replies that a page shows, in its order. */
export function shownReplies(page: string): readonly PageReply[] {
  const shown = page.matchAll(
    new RegExp(`^${replyWords} \`(\\d+)\`(?: without|:\\n\\n\`\`\`json\\n([^]*?)\\n\`\`\`$)`, 'gm'),
  )
  return [...shown].map(([, status, body]) => ({
    status: Number(status),
    body: body === undefined ? null : (JSON.parse(body) as Json),
  }))
}

function text(...paragraphs: readonly string[]): Part {
  return { kind: 'text', text: `${paragraphs.filter(paragraph => paragraph !== '').join('\n\n')}\n` }
}

function shell(lines: readonly string[], isAsked = false): Part {
  return { kind: 'block', block: { lines, isAsked } }
}

const introduction = text(
  '# The API',
  '<!-- made by `npm run openapi` -->',
  'Every route of Keyturn’s own API with who may call it, what it takes, a request, the reply to that request, and its problems; after it the [vendors’ routes](#the-vendors-routes). The same for programs is in [docs/openapi](openapi), as OpenAPI 3.1, and a deployment describes what it has mounted at `/openapi.json` under the base path of Keyturn’s own API.',
  [
    '- **Base URL**: the deployment’s own (`api_url` of its outputs) with the contract’s base path, if the configuration gives it one. The local run’s is `http://127.0.0.1:4700`, with the same base path.',
    '- **Credentials**: `Authorization: Bearer …` with an API key of this contract (`kt_…`) or a session’s token. Without one, or with one that is not valid, it is 401; without the permission, 403.',
    '- **Tenants**: a credential of one tenant acts for that one. One of several names the tenant with `Keyturn-Tenant`. Another tenant’s endpoint is 404, like one that there is not.',
    '- **Repeats**: with the same `Idempotency-Key` a change of a key ring is made once; the same request again is answered alike for 24 hours, secret included.',
    '- **Pages**: lists take `limit`, and the `cursor` that the page before names as `nextCursor`; null is the last page.',
    '- **Errors** are `application/problem+json` (RFC 9457). What to do about each is in [problems.md](problems.md), by its `code`. Unknown fields and query parameters are refused.',
    '- **Limits** of every field: [api-limits.md](api-limits.md).',
  ].join('\n'),
  'The requests can be pasted from top to bottom, in a clone of Keyturn while `npm start` runs there. These lines come first:',
)

const aboutReplies =
  'The replies below are what these requests are answered with, but for what is another each time: ids are numbered, times are as if everything were asked at noon, secrets say `EXAMPLE` or are zeros.'

function ownParts(callable: Callable): readonly Part[] {
  const { contract } = callable
  const operations = inPageOrder(servedOperations({ contract, basePath: '' }))
  const common = commonProblems(operations.map(([served]) => served))
  const anyRequest = `**Problems of any request** of API keys and sessions: ${problemLinks(common)}.`
  return [
    introduction,
    shell(setUp),
    text(aboutReplies, '## Routes', routesTable(contract, operations), anyRequest),
    ...operations.flatMap(([served, examples]) => operationParts(callable, served, { examples, common })),
  ]
}

/** @throws {RangeError} naming each operation without an example, and each example without an operation */
function inPageOrder(
  operations: readonly ServedOperation[],
): readonly (readonly [ServedOperation, readonly Example[]])[] {
  const file = 'scripts/api-page/examples.ts'
  const left = operations.filter(({ operationId }) => ownExamples[operationId] === undefined)
  const ids = Object.keys(ownExamples)
  const strange = ids.filter(id => !operations.some(({ operationId }) => operationId === id))
  const faults = [
    ...left.map(
      ({ operationId, operation: { method }, path }) => `${file} has no example of ${operationId} (${method} ${path})`,
    ),
    ...strange.map(id => `${file} has an example of ${id}, which is no operation`),
  ]
  if (faults.length > 0) throw new RangeError(faults.join('\n'))
  return ids.flatMap(id =>
    operations.filter(({ operationId }) => operationId === id).map(each => [each, ownExamples[id] ?? []] as const),
  )
}

function routesTable(
  contract: Contract,
  operations: readonly (readonly [ServedOperation, readonly Example[]])[],
): string {
  const functions = new Map(gatewayRoutes([{ contract, basePath: '' }]).map(route => [route.routeKey, route.function]))
  const rows = operations.map(([served, examples]) => {
    const route = routeOf(served)
    return [
      `[\`${route}\`](#${anchorOf(route)})`,
      summaryOf(served, examples),
      permissionsOf(served),
      rolesOf(served),
      `\`${functions.get(route) ?? ''}\``,
    ]
  })
  return table(['route', 'what it does', 'permission of an API key', 'role of a session', 'function'], rows)
}

function routeOf({ operation, path }: ServedOperation): string {
  return `${operation.method} ${path}`
}

function permissionsOf({ operation: { access } }: ServedOperation): string {
  if (access === 'anyone') return 'no credential'
  if (access?.apiKey === undefined) return 'none may'
  const permissions = neededPermissions(access.apiKey).map(permission => `\`${permission}\``)
  return permissions.length === 0 ? 'any' : permissions.join(', ')
}

function rolesOf({ operation: { access } }: ServedOperation): string {
  if (access === 'anyone') return 'no credential'
  return access?.session === undefined ? 'none may' : access.session.roles.map(role => `\`${role}\``).join(', ')
}

function operationParts(
  callable: Callable,
  served: ServedOperation,
  { examples, common }: { readonly examples: readonly Example[]; readonly common: readonly ProblemCode[] },
): readonly Part[] {
  const { use } = served.operation
  const about = [
    `${summaryOf(served, examples)}.`,
    ...described[use].about,
    ...needs(served.contract, served.operation),
  ]
  return [
    text(`### \`${routeOf(served)}\``, about.join(' '), requestTable(served)),
    ...examples.flatMap(example => exampleParts(callable, served, example)),
    text(problemsLine(served, common)),
  ]
}

function summaryOf({ operation: { use } }: ServedOperation, [first]: readonly Example[]): string {
  return first?.summary ?? described[use].summary
}

function requestTable({ contract, operation, path }: ServedOperation): string {
  const parameters = parametersOf(contract, operation, { path, mounted: allContracts }).map(
    ({ in: place, name, required, schema, description }) => {
      const row = rowOf(name, schema, required)
      return [place, { ...row, allowed: [row.allowed, description].filter(Boolean).join('. ') }] as const
    },
  )
  const body = bodyOf(contract, operation, { contracts: [contract], mirror: 'on', insecureTargets: false })
  const rows = [...parameters, ...(body === null ? [] : rowsOf(body).map(row => ['body', row] as const))]
  return rows.length === 0
    ? ''
    : table(
        ['in', 'name', 'allowed', 'required', 'default'],
        rows.map(([place, row]) => cells(place, row)),
      )
}

function cells(place: string, { name, allowed, isRequired, default: usual }: Row): readonly string[] {
  return [place, `\`${name}\``, allowed, isRequired ? 'yes' : '', usual ?? '']
}

function exampleParts(callable: Callable, served: ServedOperation, example: Example): readonly Part[] {
  const { before, says } = example
  return [
    ...(before === undefined ? [] : [text(before.says), shell(before.lines)]),
    ...(says === undefined ? [] : [text(says)]),
    shell(curlLines(callable, served, example), true),
  ]
}

const longestLine = 110

/** The request as a command of at most a few lines. */
function curlLines({ contract }: Callable, { operation, path }: ServedOperation, example: Example): readonly string[] {
  const { body, headers = {}, query, id = '$ID', key = '$KEY' } = example
  const url = `${path.replace('{id}', id)}${query === undefined ? '' : `?${query}`}`
  const credential = operation.access === 'anyone' ? [] : [credentialOption(contract, key)]
  const { tenant } = contract
  const options = [
    ...credential,
    ...(tenant.from === 'header' ? [`-H "${tenant.header}: $TENANT"`] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d '${body}'`]),
  ]
  const method = operation.method === 'GET' ? '' : `-X ${operation.method} `
  const lines = [`curl ${method}"$API${url}"`]
  for (const option of options) {
    const last = lines.at(-1) ?? ''
    if (last.length + option.length < longestLine) lines[lines.length - 1] = `${last} ${option}`
    else lines.push(`  ${option}`)
  }
  return lines.map((line, at) => (at < lines.length - 1 ? `${line} \\` : line))
}

/** For a shell, which puts variables in. */
function quoted(text: string): string {
  return text.includes('$') ? `"${text}"` : `'${text}'`
}

function credentialOption({ credentials }: Contract, key: string): string {
  const [place = { kind: 'bearer' } as const] = placesOf(credentials)
  return `-H "${credentialHeader(place, key)}"`
}

/** @throws {RangeError} for a place that no contract that comes with Keyturn has */
function credentialHeader(place: CredentialPlace, key: string): string {
  if (place.kind === 'bearer') return `Authorization: Bearer ${key}`
  if (place.kind === 'header') return `${place.name}: ${place.prefix ?? ''}${key}`
  throw new RangeError(`docs/api.md cannot show a credential in ${place.kind}`)
}

/** The problems of each operation that takes a credential, those that are for API keys alone left aside. */
function commonProblems(operations: readonly ServedOperation[]): readonly ProblemCode[] {
  const withCredential = operations.filter(({ operation }) => operation.access !== 'anyone')
  const forPeople = withCredential.filter(({ operation: { access } }) => access !== 'anyone' && access?.session)
  const [first = [], ...others] = (forPeople.length > 0 ? forPeople : withCredential).map(({ contract, operation }) =>
    problemsOf(contract, operation),
  )
  return others.length === 0 ? [] : first.filter(code => others.every(codes => codes.includes(code)))
}

function problemsLine({ contract, operation }: ServedOperation, common: readonly ProblemCode[]): string {
  const all = problemsOf(contract, operation)
  const own = all.filter(code => !common.includes(code))
  const any = common.length > 0 && common.every(code => all.includes(code)) ? 'those of any request' : ''
  const words = [any, problemLinks(any === '' ? all : own)].filter(part => part !== '')
  return `Problems: ${words.join('; ')}.`
}

function problemLinks(codes: readonly ProblemCode[]): string {
  const statuses = [...new Set(codes.map(code => problems[code][0]))].sort((a, b) => a - b)
  return statuses
    .map(status => {
      const here = codes.filter(code => problems[code][0] === status)
      return `${status} ${here.map(code => `[\`${code}\`](problems.md#${code})`).join(', ')}`
    })
    .join('; ')
}

const ending = text(
  '---',
  'What the receivers of deliveries get is in [deliveries.md](deliveries.md) and, for programs, under `webhooks` in [docs/openapi](openapi).',
)

const aboutVendors = text(
  '## The vendors’ routes',
  'As the vendors document them, in their own words; [docs/openapi](openapi) says what each takes and answers. The links tell when a problem comes and what to do; code, text and sometimes the status are the vendor’s.',
)

function vendorParts(callable: Callable): readonly Part[] {
  const { contract } = callable
  const { name, tenant } = contract
  const operations = servedOperations({ contract, basePath: '' })
  const common = commonProblems(operations)
  const ids = [
    ...(operations.some(({ path }) => path.includes('{id}')) ? [`ID=$(from_local contracts.${name}.endpointId)`] : []),
    ...(tenant.from === 'header' ? [`TENANT=$(from_local contracts.${name}.tenantId)`] : []),
  ]
  return [
    text(`### ${name}`, common.length === 0 ? '' : `Problems of any request: ${problemLinks(common)}.`),
    ...operations.flatMap((served, at) => {
      const [key, before] = [served, operations[at - 1]].map(one => (one === undefined ? null : keyLine(callable, one)))
      const lines = [...(at === 0 ? ids : []), ...(key === before || key === null || key === undefined ? [] : [key])]
      const words = [`${described[served.operation.use].summary}.`, ...needs(contract, served.operation)].join(' ')
      return [
        text(`#### \`${routeOf(served)}\``, words),
        ...(lines.length === 0 ? [] : [shell(lines)]),
        ...exampleParts(callable, served, vendorExample(served)),
        text(problemsLine(served, common)),
      ]
    }),
  ]
}

/** Of a key where keys may call, else of somebody who may do everything. */
function keyLine({ contract, apiKey, session }: Callable, { operation: { access } }: ServedOperation): string {
  const isForKeys = access !== undefined && access !== 'anyone' && access.apiKey !== undefined
  return `KEY=$(from_local contracts.${contract.name}.${(isForKeys ? apiKey : session) ?? ''})`
}

function vendorExample({ operation: { use } }: ServedOperation): Example {
  if (use !== 'send-again') return {}
  return { id: '00000000-0000-4000-8000-000000000000', says: 'Nothing has failed here, so the id is nobody’s.' }
}
