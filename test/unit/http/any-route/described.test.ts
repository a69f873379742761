import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { servedOperations } from '../../../../scripts/openapi/description'
import { exampleBody } from '../../../../scripts/openapi/example-bodies'
import { bodyOf, parametersOf } from '../../../../scripts/openapi/request-schemas'
import type { Operation } from '../../../../src/contracts/contract'
import { isOfPlatform, isOpen } from '../../../../src/contracts/dimensions'
import { keyturn } from '../../../../src/contracts/keyturn'
import type { JsonSchema } from '../../../../src/contracts/json-schema'
import { valueText } from '../../../../src/contracts/place'
import type { Json } from '../../../../src/contracts/shape'
import { newAjv } from '../../../support/described-replies'
import { allowed, forbidden, type SaidInWords } from '../../../support/schema-values'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer, harness, jsonBody, NOON, portalSettings, tenant } from '../harness'

// Requests made of the description: what it allows is not 400, and what it forbids is refused.

const deployment = { contracts: [keyturn], mirror: 'on', insecureTargets: false } as const
const operations = servedOperations({ contract: keyturn, basePath: '' })

/** What no schema can say, and the description says in words. */
const inWords: SaidInWords = {
  since: fc
    .integer({ min: 0, max: 29 * 24 * 60 })
    .map(minutes => new Date(NOON.getTime() - minutes * 60_000).toISOString()),
  tenantId: fc.constant(tenant),
  expiresAt: fc
    .integer({ min: 1, max: 364 * 24 * 60 })
    .map(minutes => new Date(NOON.getTime() + minutes * 60_000).toISOString()),
  payload: fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>,
  url: fc.webUrl({ withQueryParameters: true }),
  authenticatedAt: fc
    .integer({ min: 0, max: 999 })
    .map(minutes => new Date(NOON.getTime() - minutes * 60_000).toISOString()),
  expiresInSeconds: fc.integer({ min: 60, max: 900 }),
  parentOrigins: fc.subarray([...portalSettings.embedOrigins], { minLength: 1 }),
  returnUrl: fc.webPath().map(path => `${portalSettings.returnOrigins[0]}${path}`),
}

/** Of the body’s fields with these names the schema says more. */
const inWordsOfBodies: SaidInWords = Object.fromEntries(Object.entries(inWords).filter(([name]) => name !== 'url'))

const deliveries = deliveryBeds([keyturn])

/** Requests about an endpoint that is there. */
async function bed({ use }: Operation) {
  if (use === 'test' || use === 'probe') {
    const { world, send, apiKey } = deliveries()
    const { endpoint } = await world.addEndpoint()
    return { send, token: await apiKey(keyturn, tenantId), pathOf: pathsOf(endpoint.id) }
  }
  const { send, apiKey, endpoint } = harness([keyturn])
  if (isOfPlatform(use))
    return { send, token: await apiKey(keyturn, '', { tenantIds: 'all' }), pathOf: pathsOf('acme') }
  const { endpoint: made } = await endpoint(keyturn, tenant)
  return { send, token: await apiKey(keyturn, tenant), pathOf: pathsOf(made.id) }
}

function pathsOf(id: string): (path: string) => string {
  return path => path.replace('{id}', id)
}

const withBody = operations.flatMap(({ operation, path, operationId }) => {
  const schema = bodyOf(keyturn, operation, deployment)
  return schema === null ? [] : [{ operationId, operation, path, schema }]
})

describe.each(withBody)('a body of $operationId', ({ operation, path, schema }) => {
  const ofPage = isOpen(operation.use) ? { origin: portalSettings.origin, 'content-type': 'application/json' } : {}

  it('is not 400 where the description allows it', async () => {
    const { send, token, pathOf } = await bed(operation)
    await fc.assert(
      fc.asyncProperty(allowed(schema, inWordsOfBodies), async body => {
        const reply = await send(operation.method, pathOf(path), jsonBody(token, body, ofPage))
        expect({ status: reply.status, body, reply: reply.text }).not.toMatchObject({ status: 400 })
        expect(reply.status).not.toBe(500)
      }),
      { numRuns: runs },
    )
  })

  it('is taken where it is the description’s example', async () => {
    const { send, token, pathOf } = await bed(operation)
    const body = exampleBody(keyturn, operation)
    const { status, text } = await send(operation.method, pathOf(path), jsonBody(token, body, ofPage))
    // Nothing is published here, and nothing proven; and nobody made the code.
    expect({ text, isTaken: [operation.reply.status, isOpen(operation.use) ? 401 : 409].includes(status) }).toEqual({
      text,
      isTaken: true,
    })
  })

  it('is refused where the description forbids it', async () => {
    const { send, token, pathOf } = await bed(operation)
    await fc.assert(
      fc.asyncProperty(forbidden(schema, inWordsOfBodies), async body => {
        const reply = await send(operation.method, pathOf(path), jsonBody(token, body, ofPage))
        expect({ body, status: reply.status }).toEqual({ body, status: 400 })
      }),
      { numRuns: runs },
    )
  })
})

const runs = 20

interface Parameterised {
  readonly operationId: string
  readonly operation: Operation
  readonly path: string
  readonly name: string
  readonly schema: JsonSchema
}

const withQuery = operations.flatMap(({ operation, path, operationId }): Parameterised[] =>
  parametersOf(keyturn, operation, { path, mounted: [keyturn] })
    .filter(({ in: place, name }) => place === 'query' && name !== 'cursor')
    .map(({ name, schema }) => ({ operationId, operation, path, name, schema })),
)

describe.each(withQuery)('the parameter $name of $operationId', ({ operation, path, name, schema }) => {
  const query = (value: Json): string => new URLSearchParams({ [name]: valueText(value) }).toString()

  it('is not 400 where the description allows it, and 400 where it forbids it', async () => {
    const { send, token, pathOf } = await bed(operation)
    const ask = (value: Json) => send(operation.method, `${pathOf(path)}?${query(value)}`, bearer(token))
    await fc.assert(
      fc.asyncProperty(inWords[name] ?? allowed(schema, inWords), async value =>
        expect([200, 204]).toContain((await ask(value)).status),
      ),
      { numRuns: 20 },
    )
    const isAllowed = newAjv().compile(schema)
    const others = fc
      .oneof(fc.integer(), fc.string())
      .filter(value => !isAllowed(value) && !isAllowed(Number(value)) && !isAllowed(String(value)))
    await fc.assert(
      fc.asyncProperty(others, async value => expect((await ask(value)).status).toBe(400)),
      { numRuns: 20 },
    )
  })
})

describe('any other parameter of a query', () => {
  const credentialed = operations.filter(({ operation }) => operation.access !== 'anyone')

  it.each(credentialed)('is 400 at $operationId', async ({ operation, path }) => {
    const { send, token, pathOf } = await bed(operation)
    const init = operation.method === 'GET' ? bearer(token) : jsonBody(token, {})
    const reply = await send(operation.method, `${pathOf(path)}?unheard=1`, init)
    expect([400, 404]).toContain(reply.status)
    expect(reply.status === 404).toBe(/^\/v1\/(?:deliveries|api-keys)\/\{id\}/.test(path))
  })
})
