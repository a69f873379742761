import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { strict as assert } from 'node:assert'
import { responsesOf } from '../../scripts/openapi/description'
import type { Operation } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import type { JsonSchema } from '../../src/contracts/json-schema'
import { type Mount, routesOf } from '../../src/contracts/routes'
import type { Json } from '../../src/contracts/shape'
import { matchRoute, type MatchRequest } from '../../src/http/match-route'

// Replies held against the description of the API that made them.

export interface ShownReply {
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

export type CheckReply = (request: MatchRequest, reply: ShownReply) => void

const ajv = newAjv()

/** @throws {AssertionError} for a reply that the description of these contracts does not have */
export function replyChecker(mounts: readonly Mount[]): CheckReply {
  const routes = routesOf(mounts)
  const validators = new Map<string, ValidateFunction>()
  const known = new Map<Operation, JsonSchema>()
  return (request, { status, contentType, text }) => {
    const match = matchRoute(routes, request)
    // What another function serves, or only the rotation hook uses, is no route here.
    if (match.kind !== 'found' || match.route.operation.access === undefined) return
    const { contract, operation, template } = match.route
    const what = `${operation.method} ${template} answers ${status}`
    const responses = known.get(operation) ?? responsesOf(contract, operation)
    known.set(operation, responses)
    const response = memberOf(responses, String(status))
    if (status === 404 && text.includes('route-not-found')) return
    assert.ok(response !== undefined, `${what}, which is not described: ${text}`)
    const content = memberOf(response, 'content') as
      | Readonly<Record<string, { readonly schema: JsonSchema }>>
      | undefined
    if (content === undefined) return assert.equal(text, '', `${what} with a body`)
    const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(content)
    assert.equal(contentType, type, what)
    const key = `${contract.name} ${operation.use} ${template} ${status}`
    const isValid = validators.get(key) ?? ajv.compile(closed(schema) as JsonSchema)
    validators.set(key, isValid)
    const body = JSON.parse(text) as Json
    if (!isValid(body)) assert.fail(`${what} otherwise than described: ${JSON.stringify(isValid.errors)}: ${text}`)
    const code = memberOf(body, 'code')
    if (status < 400 || contract.errors !== keyturn.errors || typeof code !== 'string') return
    const problems = memberOf(response, 'x-keyturn-problems') as readonly string[]
    assert.ok(problems.includes(code), `${what} with ${code}, which is not described`)
  }
}

export function newAjv(): Ajv2020 {
  // That a description is sound is tested elsewhere, once.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, meta: false })
  addFormats(ajv)
  return ajv
}

/** A schema of which no object has a member besides those that it names. */
export function closed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(closed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, closed(member)] as const)
  const object: JsonSchema = Object.fromEntries(members)
  return object['properties'] === undefined ? object : { additionalProperties: false, ...object }
}

function memberOf(value: unknown, name: string): unknown {
  return (Object(value) as Readonly<Record<string, unknown>>)[name]
}
