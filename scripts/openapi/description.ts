import { portalHeader } from '../../src/access/portal-principal'
import { isDeepStrictEqual } from 'node:util'
import { placesOf } from '../../src/contracts/credential-places'
import type { Contract, CredentialPlace, ErrorDialect, Operation } from '../../src/contracts/contract'
import { neededPermissions } from '../../src/contracts/contract'
import { problemDetails } from '../../src/contracts/defaults'
import type { Use } from '../../src/contracts/dimensions'
import type { JsonSchema } from '../../src/contracts/json-schema'
import type { Json } from '../../src/contracts/shape'
import type { Mount } from '../../src/contracts/routes'
import { Problem, type ProblemCode } from '../../src/core/problem'
import { problemReply, wordsFor } from '../../src/http/reply'
import { exampleBody } from './example-bodies'
import { exampleReply, exampleRequest } from './example-replies'
import { problemHelp, problemsOf } from './problems'
import { errorSchema, replySchema } from './reply-schemas'
import { anyOf, bodyOf, type Deployment, isReplayed, parametersOf } from './request-schemas'
import { noon } from './sample'
import { withSharedSchemas } from './shared-schemas'
import { webhookOf } from './webhooks'

// The API of mounted contracts as OpenAPI 3.1, made of the contracts and of the tables that read requests.

export interface Described extends Deployment {
  /** What the description is of; `contracts` are all of the deployment. */
  readonly mounts: readonly Mount[]
  /** Keyturn's version. */
  readonly release: string
}

/** OpenAPI 3.1.1 of everything that is mounted. A contract or operation that only the rotation hook uses is not in it. */
export function openApi({ mounts, release, ...deployment }: Described): JsonSchema {
  const served = mounts.map(mount => ({ ...mount, operations: servedOperations(mount) }))
  const contracts = mounts.map(({ contract }) => contract)
  return withSharedSchemas({
    openapi: '3.1.1',
    info: {
      title: 'Keyturn',
      version: release,
      description: 'Rotates webhook signing secrets. A secret is shown in the reply that makes it, and never again.',
    },
    servers: [{ url: '/' }],
    tags: contracts.map(({ name }) => ({ name })),
    paths: pathsOf(served, deployment),
    webhooks: Object.fromEntries(
      contracts.map(contract => [`${contract.name}.delivery`, { post: webhookOf(contract) }]),
    ),
    components: {
      securitySchemes: Object.assign({}, ...contracts.map(securitySchemes)) as JsonSchema,
      examples: Object.assign({}, ...mounts.map(examplesOf)) as JsonSchema,
    },
  })
}

/** An operation at its place. */
export interface ServedOperation {
  readonly contract: Contract
  readonly operation: Operation
  /** With the base path, in the spelling of OpenAPI. */
  readonly path: string
  readonly operationId: string
}

/** The operations that callers can reach, in the contract's order. Of several that share method and path, each is one. */
export function servedOperations({ contract, basePath }: Mount): readonly ServedOperation[] {
  const reached = [...contract.operations].filter(({ access }) => access !== undefined)
  return reached.map((operation, index) => {
    const path = basePath + operation.path
    const isFirst = reached.findIndex(({ use }) => use === operation.use) === index
    return {
      contract,
      operation,
      path,
      operationId: `${contract.name}.${isFirst ? operation.use : longerName(operation)}`,
    }
  })
}

/** A second operation of a use is told by the last word of its path: `get-health`. */
function longerName({ use, path }: Operation): string {
  const word = path.split(/[/:]/).findLast(part => /^[\w-]+$/.test(part))
  return `${use}-${word ?? 'other'}`
}

function pathsOf(
  served: readonly (Mount & { operations: readonly ServedOperation[] })[],
  deployment: Deployment,
): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const one of served.flatMap(({ operations }) => operations)) {
    const methods = (paths[one.path] ??= {})
    const method = one.operation.method.toLowerCase()
    const before = methods[method]
    const described = operationOf(one, deployment)
    methods[method] = before === undefined ? described : either(before, described)
  }
  return paths
}

function operationOf({ contract, operation, path, operationId }: ServedOperation, deployment: Deployment): JsonSchema {
  const body = bodyOf(contract, operation, deployment)
  const takesBody = operation.method !== 'GET'
  const { summary, about } = described[operation.use]
  const ignored = takesBody && body === null ? ['A body is ignored.'] : []
  return {
    operationId,
    tags: [contract.name],
    summary,
    description: [...about, ...needs(contract, operation), ...ignored].join(' '),
    ...security(contract, operation),
    parameters: parametersOf(contract, operation, { path, mounted: deployment.contracts }).map(parameter => ({
      ...parameter,
    })),
    ...(body !== null && {
      requestBody: {
        required: contract.rotateBody?.required === true && operation.use === 'rotate',
        content: {
          'application/json': {
            schema: body,
            examples: { [operation.use]: { value: exampleBody(contract, operation) } },
          },
        },
      },
    }),
    responses: responsesOf(contract, operation),
  }
}

/** Two operations of one route, which its requests tell apart by what they say. */
function either(one: JsonSchema, other: JsonSchema): JsonSchema {
  const requestBody = eitherContent(one['requestBody'], other['requestBody'])
  const [ours, theirs] = [one, other].map(({ responses }) => responses as Readonly<Record<string, JsonSchema>>)
  const statuses = [...new Set([ours, theirs].flatMap(responses => Object.keys(responses ?? {})))]
  const responses = statuses.map(status => [status, eitherContent(ours?.[status], theirs?.[status])] as const)
  const description = [one, other].map(textOf).join(' Or: ')
  return {
    ...one,
    description,
    ...(Object.keys(requestBody).length > 0 && { requestBody }),
    responses: Object.fromEntries(responses),
  }
}

/** Two bodies as one, in which the schemas are told once, and the examples of both. */
function eitherContent(one: Json | undefined, other: Json | undefined): JsonSchema {
  const described = { ...Object(other), ...Object(one) } as JsonSchema
  const [ours, theirs] = [contentIn(one), contentIn(other)]
  if (ours === null || theirs === null) return described
  const schema = isDeepStrictEqual(ours.schema, theirs.schema) ? ours.schema : { anyOf: [ours.schema, theirs.schema] }
  return {
    ...described,
    content: { [ours.type]: { schema, examples: eitherExamples(ours.examples, theirs.examples) } },
  }
}

interface Content {
  readonly schema: JsonSchema
  readonly examples: JsonSchema
}

function contentIn(described: unknown): (Content & { readonly type: string }) | null {
  const { content = {} } = Object(described) as { content?: Readonly<Record<string, Content>> }
  const [first] = Object.entries(content).map(([type, each]) => ({ type, ...each }))
  return first ?? null
}

/** Another one of the same name is its second. */
function eitherExamples(ours: JsonSchema, theirs: JsonSchema): JsonSchema {
  const others = Object.entries(theirs).filter(([name, example]) => !isDeepStrictEqual(ours[name], example))
  return { ...ours, ...Object.fromEntries(others.map(([name, each]) => [name in ours ? `${name}-2` : name, each])) }
}

function textOf({ summary = '', description = '' }: JsonSchema): string {
  return `${JSON.stringify(summary).slice(1, -1)}: ${JSON.stringify(description).slice(1, -1)}`
}

interface UseText {
  readonly summary: string
  readonly about: readonly string[]
}

const reveals = 'The reply shows the new secret, once.'

/** What each use does, for people. */
export const described: { readonly [U in Use]: UseText } = {
  create: {
    summary: 'Create or import an endpoint',
    about: [reveals, 'With `id` and `secret`, one that a platform has already is imported.'],
  },
  rotate: { summary: 'Rotate the signing secret', about: [reveals, 'The keys before keep working for the overlap.'] },
  promote: { summary: 'Let the published key sign', about: [] },
  abandon: { summary: 'End the published key unused', about: [] },
  'roll-back': { summary: 'Let the key before sign again', about: ['The newer key is published again.'] },
  'revoke-previous': { summary: 'End every retiring key now', about: [] },
  reveal: { summary: 'Show the current secret', about: [] },
  list: { summary: 'List endpoints', about: [] },
  get: { summary: 'Read an endpoint', about: [] },
  update: {
    summary: 'Change an endpoint’s settings',
    about: ['Lists, and the headers of `requestConfig`, are replaced as a whole.'],
  },
  delete: { summary: 'Delete an endpoint', about: ['Its keys end, and its mirror is deleted after 7 days.'] },
  'secret-state': { summary: 'Read the live keys, without their secrets', about: [] },
  rotations: { summary: 'List what happened to the keys', about: ['Newest first.'] },
  audit: { summary: 'List all that happened to an endpoint', about: ['Newest first; also of one that is deleted.'] },
  'tenant-audit': {
    summary: 'List all that happened to a tenant',
    about: ['Newest first: its endpoints, also those that are deleted, its API keys and its portal sessions.'],
  },
  health: { summary: 'Whether the API answers', about: [] },
  publish: {
    summary: 'Publish an event',
    about: ['It is delivered to each endpoint that subscribes to its type. The same id again delivers nothing twice.'],
  },
  deliveries: { summary: 'List an endpoint’s deliveries', about: ['Newest first.'] },
  attempts: { summary: 'List what was sent and what was answered', about: ['Newest first, of 30 days.'] },
  'send-again': { summary: 'Send a failed delivery again', about: [] },
  recover: { summary: 'Send again what failed since a time', about: ['It goes out after the reply, oldest first.'] },
  test: { summary: 'Send a test delivery', about: ['It is sent while the caller waits.'] },
  'create-api-key': {
    summary: 'Make an API key for a customer',
    about: [
      'The reply shows the key, once; a repeat makes another one. It never has more rights than the key that makes it.',
    ],
  },
  'list-api-keys': { summary: 'List API keys', about: ['Ended ones too, in the order of their ids.'] },
  'revoke-api-key': { summary: 'End an API key', about: [] },
  'end-credentials': {
    summary: 'End all credentials of a tenant',
    about: [
      'All portal sessions of the tenant are over, so its people are signed out of the portal.',
      'API keys of several tenants stay, and are listed.',
    ],
  },
  session: {
    summary: 'Read who calls, and what that caller may do now',
    about: ['For a page that shows no control which would be refused.'],
  },
  'create-portal-session': {
    summary: 'Make a portal session for one person',
    about: [
      'The reply has the link, once, whose code works once and for five minutes; a repeat makes another session.',
    ],
  },
  'describe-portal-session': {
    summary: 'Read whose session a link is',
    about: ['For the page itself alone, before its reader goes on. The code stays good.'],
  },
  'exchange-portal-session': {
    summary: 'Exchange a code for the session’s token',
    about: [
      'For the page itself alone. A page by itself gets a cookie, an embedded one the token.',
      'The same code with the same nonce answers the same for a minute, and with another nonce never.',
    ],
  },
  'end-portal-session': { summary: 'End a portal session', about: ['A session may end itself.'] },
  'end-portal-sessions': { summary: 'End all portal sessions of a person', about: ['Those that are made later work.'] },
  probe: {
    summary: 'Ask a receiver whether it has the newest key',
    about: ['Two or three test deliveries, at most 15 seconds together.'],
  },
}

/** Who may call, in words. */
export function needs({ credentials }: Contract, { access }: Operation): readonly string[] {
  if (access === 'anyone' || access === undefined) return access === 'anyone' ? ['Needs no credential.'] : []
  const { apiKey, session, portal, recentSignIn } = access
  const permissions = apiKey === undefined ? [] : neededPermissions(apiKey)
  const members = Object.entries(apiKey?.memberPermissions ?? {}).map(
    ([member, permission]) => `\`${member}\` needs \`${permission}\``,
  )
  const plan = apiKey?.minimumPlan === undefined ? '' : ` of the plan ${apiKey.minimumPlan} or higher`
  const key =
    permissions.length === 0
      ? `An API key${plan}`
      : `An API key${plan} with ${permissions.map(p => `\`${p}\``).join(' and ')}`
  const person = `a session with the role ${session?.roles.join(' or ')}`
  const scoped = portal?.scopes.map(scope => `\`${scope}\``).join(' and ') ?? ''
  const ofScopes = portal?.scopes.map(scope => credentials.portalScopes?.[scope]) ?? []
  const besides = permissions.filter(permission => !ofScopes.includes(permission)).map(p => `\`${p}\``)
  const page = [
    `a portal session${scoped === '' ? '' : ` with the scope ${scoped}`}`,
    ...(besides.length === 0 ? [] : [` whose API key has ${besides.join(' and ')}`]),
  ].join('')
  const who = [
    ...(apiKey === undefined ? [] : [key]),
    ...(session === undefined ? [] : [person]),
    ...(portal === undefined ? [] : [page]),
  ].join(', or ')
  const given =
    portal?.members === undefined
      ? []
      : [`A portal session gives no more than ${portal.members.map(m => `\`${m}\``).join(', ')}.`]
  const signIn = recentSignIn === true ? ['A person must have signed in within five minutes.'] : []
  return [`Who may call: ${who}.${members.length > 0 ? ` Besides, ${members.join(', ')}.` : ''}`, ...given, ...signIn]
}

function security(
  { name, credentials }: Contract,
  { access }: Operation,
): { readonly security: JsonSchema['security'] & {} } {
  if (access === 'anyone' || access === undefined) return { security: [] }
  const { apiKey, session, portal } = access
  const permissions = apiKey === undefined ? [] : neededPermissions(apiKey)
  const page = `${name}.portalPage`
  return {
    security: placesOf(credentials).flatMap((_, index) => [
      ...(apiKey === undefined || credentials.apiKey === undefined
        ? []
        : [{ [schemeName(name, 'apiKey', index)]: permissions }]),
      ...(session === undefined || credentials.sessions !== true
        ? []
        : [{ [schemeName(name, 'session', index)]: session.roles }]),
      ...(portal === undefined ? [] : [{ [page]: portal.scopes }, { [`${name}.portalToken`]: portal.scopes }]),
    ]),
  }
}

function schemeName(contract: string, kind: 'apiKey' | 'session', index: number): string {
  return `${contract}.${kind}${index === 0 ? '' : index + 1}`
}

function securitySchemes({ name, credentials }: Contract): JsonSchema {
  const kinds = [
    ...(credentials.apiKey === undefined ? [] : [['apiKey', `An API key: ${credentials.apiKey.prefix}…`] as const]),
    ...(credentials.sessions === true
      ? [['session', 'A dashboard session: a JWT of the configured issuer (docs/sessions.md)'] as const]
      : []),
  ]
  const schemes = placesOf(credentials).flatMap((place, index) =>
    kinds.map(([kind, description]) => [schemeName(name, kind, index), { ...schemeOf(place), description }] as const),
  )
  return Object.fromEntries([...schemes, ...(credentials.portalScopes === undefined ? [] : portalSchemes(name))])
}

function portalSchemes(contract: string): readonly (readonly [string, JsonSchema])[] {
  const cookie = 'The session’s id; its token comes in the cookie `__Host-kt-…` of that session (docs/portal.md)'
  const token = 'The token of an embedded portal session: kps_…'
  return [
    [`${contract}.portalPage`, { type: 'apiKey', in: 'header', name: portalHeader, description: cookie }],
    [`${contract}.portalToken`, { type: 'http', scheme: 'bearer', description: token }],
  ]
}

function schemeOf(place: CredentialPlace): JsonSchema {
  switch (place.kind) {
    case 'bearer':
      return { type: 'http', scheme: 'bearer' }
    case 'basic':
      return { type: 'http', scheme: 'basic' }
    case 'header':
      return { type: 'apiKey', in: 'header', name: place.name }
    case 'query':
      return { type: 'apiKey', in: 'query', name: place.name }
  }
}

const headersOfReplies = {
  'x-request-id': { description: 'As the log names the request', schema: { type: 'string' } },
}

/** What an operation can answer, by status. */
export function responsesOf(contract: Contract, operation: Operation): JsonSchema {
  const { status, body } = operation.reply
  const replay = isReplayed(operation.use) && {
    'idempotency-replayed': {
      description: '`true` where an earlier request made the change',
      schema: { type: 'string', const: 'true' },
    },
  }
  const title = `${operation.use}-reply`
  const schema = body === null ? null : { title, ...replySchema(contract, operation.use, body) }
  const done = {
    description: 'Done',
    headers: { ...headersOfReplies, ...replay },
    ...(schema !== null && {
      content: {
        [contract.contentType ?? 'application/json']: {
          schema,
          examples: { [operation.use]: { value: exampleReply(contract, operation) } },
        },
      },
    }),
  }
  return { [status]: done, ...refusals(contract, operation, status) }
}

/** The refusals of an operation by their status, each problem with an example. */
function refusals(contract: Contract, operation: Operation, done: number): JsonSchema {
  const dialect: ErrorDialect = contract.errors ?? problemDetails
  const all = problemsOf(contract, operation).map(code => {
    const words = wordsFor(dialect, sample(code))
    return {
      code,
      words,
      status: words.status ?? sample(code).status,
      shape: words.body === undefined ? dialect.body : words.body,
    }
  })
  const statuses = [...new Set(all.map(({ status }) => status))].filter(status => status !== done).sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map(status => {
      const here = all.filter(problem => problem.status === status)
      const unsaid = (code: ProblemCode) => (dialect.other === undefined ? code : null)
      const codes = here.map(({ code, words }) => (words.code === undefined ? unsaid(code) : words.code))
      const known = { status: { const: status }, code: { enum: [...new Set(codes)] } }
      const schemas = here.flatMap(({ shape }) =>
        shape === null ? [] : [{ title: `problem-${status}`, ...errorSchema(contract, shape, known) }],
      )
      const schema = schemas.length === 0 ? undefined : anyOf(schemas)
      const response = {
        description: here.map(({ code }) => `\`${code}\`: ${problemHelp[code].when}`).join('\n\n'),
        headers: { ...headersOfReplies, ...(status === 429 || status === 503 ? retryAfter : {}) },
        'x-keyturn-problems': here.map(({ code }) => code),
        ...(schema !== undefined && {
          content: {
            [dialect.contentType ?? 'application/json']: {
              schema,
              examples: Object.fromEntries(
                here.map(({ code }) => [code, { $ref: `#/components/examples/${exampleName(contract, code)}` }]),
              ),
            },
          },
        }),
      }
      return [status, response]
    }),
  )
}

const retryAfter = { 'retry-after': { description: 'Seconds to wait', schema: { type: 'integer' } } }

/** Each problem that a contract's operations can answer, as it answers it. */
function examplesOf(mount: Mount): JsonSchema {
  const { contract } = mount
  const codes = new Set(servedOperations(mount).flatMap(({ operation }) => problemsOf(contract, operation)))
  const bodies = [...codes].map(code => {
    const { body } = problemReply(sample(code), contract, { request: exampleRequest, now: noon })
    return [exampleName(contract, code), { value: body === '' ? '' : (JSON.parse(body) as JsonSchema) }] as const
  })
  return Object.fromEntries(bodies)
}

function exampleName({ name }: Contract, code: ProblemCode): string {
  return `${name}.${code}`
}

/** A problem as it could be. */
function sample(code: ProblemCode): Problem {
  const fault = { path: 'name', message: 'must be a text of at most 200 characters' }
  if (code === 'invalid-request') return new Problem(code, `${fault.path} ${fault.message}.`, { errors: [fault] })
  const plain = new Problem(code, problemHelp[code].when)
  return plain.status === 429 || plain.status === 503
    ? new Problem(code, plain.detail, { retryAfterSeconds: 5 })
    : plain
}
