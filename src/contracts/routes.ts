import type { Contract, Operation } from './contract'

/** A contract at its place in a deployment. */
export interface Mount {
  readonly contract: Contract
  /** Stands before every path of the contract: `` or `/<segment>…`, without a slash at the end. */
  readonly basePath: string
}

/** The file beside a function's bundle that holds the mounts of its deployment, as JSON. */
export const mountsFile = 'mounts.json'

/** What says where a contract is, and whether it is our own API. */
export interface Located {
  readonly contract: Pick<Contract, 'reach'>
  readonly basePath?: string
}

/** The base path of our own API, which is the contract whose operations reach every endpoint; nothing where it has none. */
export function ownBasePath(mounts: readonly Located[]): string {
  return mounts.find(({ contract }) => contract.reach === 'every')?.basePath ?? ''
}

/** One operation of one mounted contract. */
export interface Route {
  readonly contract: Contract
  readonly operation: Operation
  /** The whole path, base path included. */
  readonly template: string
  readonly segments: readonly Segment[]
}

/** All routes of a deployment, those that match the most precisely first. */
export function routesOf(mounts: readonly Mount[]): readonly Route[] {
  return mounts
    .flatMap(({ contract, basePath }) =>
      contract.operations.map(operation => {
        const template = basePath + operation.path
        return { contract, operation, template, segments: parseTemplate(template) }
      }),
    )
    .map(route => ({ route, precision: precision(route) + (route.operation.when === undefined ? 'b' : 'a') }))
    .sort((a, b) => (a.precision < b.precision ? -1 : 1))
    .map(({ route }) => route)
}

/** Sorts literals before verbs before bare parameters, the first segment counting most; then those with `when` first. */
function precision({ segments }: Route): string {
  return segments.map(segment => (segment.kind === 'literal' ? 'a' : segment.verb === null ? 'c' : 'b')).join('')
}

/** A route as errors name it: `POST /v1/endpoints (keyturn)`. */
export function describeRoute({ contract, operation, template }: Route): string {
  return `${operation.method} ${template} (${contract.name})`
}

/** One segment of a route's template. `verb`: the text after the parameter and a colon, or null. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string; readonly verb: string | null }

/** The segments of a template like `/webhooks/{id}:rotate`. */
export function parseTemplate(template: string): readonly Segment[] {
  return template.split('/').slice(1).map(parseSegment)
}

function parseSegment(text: string): Segment {
  const [, name, verb] = /^\{(\w+)\}(?::([A-Za-z0-9._-]+))?$/.exec(text) ?? []
  return name === undefined ? { kind: 'literal', text } : { kind: 'parameter', name, verb: verb ?? null }
}

/** The values of a path's parameters, by their names in the template. */
export type PathParameters = Readonly<Record<string, string>>

/** The parameters of a path that the whole template fits, or null. */
export function matchTemplate(template: readonly Segment[], path: readonly string[]): PathParameters | null {
  if (template.length !== path.length || sharedSegments(template, path) !== path.length) return null
  return Object.fromEntries(
    template.flatMap((segment, index) =>
      segment.kind === 'literal' ? [] : [[segment.name, valueOf(segment.verb, path[index] ?? '') ?? '']],
    ),
  )
}

/** How many leading segments of the path the template fits. */
export function sharedSegments(template: readonly Segment[], path: readonly string[]): number {
  const first = path.findIndex((text, index) => !fits(template[index], text))
  return first === -1 ? path.length : first
}

function fits(segment: Segment | undefined, text: string): boolean {
  if (segment === undefined) return false
  return segment.kind === 'literal' ? segment.text === text : valueOf(segment.verb, text) !== null
}

/** The parameter's value: the text without `:verb`, and never empty. */
function valueOf(verb: string | null, text: string): string | null {
  const end = verb === null ? text.length : text.length - verb.length - 1
  const isComplete = verb === null || text.endsWith(`:${verb}`)
  return isComplete && end > 0 ? text.slice(0, end) : null
}

/** The template with every parameter as `*`: templates with the same text would match the same paths. */
export function wildcardTemplate(template: readonly Segment[]): string {
  const segments = template.map(segment =>
    segment.kind === 'literal' ? segment.text : segment.verb === null ? '*' : `*:${segment.verb}`,
  )
  return `/${segments.join('/')}`
}
