import { describe, expect, it } from '@jest/globals'
import { version as release } from '../../../package.json'
import { openApi, servedOperations } from '../../../scripts/openapi/description'
import { exampleReply } from '../../../scripts/openapi/example-replies'
import { deliveryOf, noon, sampleOf } from '../../../scripts/openapi/sample'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { canSignFor, parseEndpointId, parseTenantId } from '../../../src/contracts/ids'
import { keyturn } from '../../../src/contracts/keyturn'
import type { JsonSchema } from '../../../src/contracts/json-schema'
import { schemeOf } from '../../../src/contracts/secret-key'
import { containedPattern, matchesText } from '../../../src/contracts/secret-text'
import type { Json } from '../../../src/contracts/shape'
import { verify } from '../../../src/verify'
import { closed, newAjv } from '../../support/described-replies'
import { allMadeUp } from '../contracts/made-up/all-made-up'

/** Our own API with its idempotency key in the body, which refuses what it does not know. */
const keyedInBody: Contract = { ...keyturn, name: 'keyed', idempotencyKey: { rule: 'required', in: 'request.key' } }

const contracts: readonly Contract[] = [...allContracts, ...hookContracts, ...allMadeUp, keyedInBody]

function descriptionOf(contract: Contract): JsonSchema {
  const mounted = contract.reach === 'every' ? [...allContracts, contract] : [contract]
  const mounts = [{ contract, basePath: '' }]
  return openApi({ mounts, contracts: mounted, mirror: 'on', insecureTargets: false, release })
}

interface Shown {
  readonly where: string
  readonly isReply: boolean
  readonly schema: JsonSchema
  readonly examples: readonly Json[]
}

type Members = Readonly<Record<string, JsonSchema>>

/** Every body that a description has, of requests, replies and deliveries, with its examples. */
function bodiesIn(description: JsonSchema): readonly Shown[] {
  const operations = [description['paths'], description['webhooks']].flatMap(all =>
    Object.entries(all as Members).flatMap(([path, methods]) =>
      Object.entries(methods as Members).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    ),
  )
  return operations.flatMap(([where, { requestBody = {}, responses }]) => [
    ...contentOf(description, { where, described: requestBody as JsonSchema, isReply: false }),
    ...Object.entries(responses as Members).flatMap(([status, described]) =>
      contentOf(description, { where: `${where} ${status}`, described, isReply: true }),
    ),
  ])
}

function contentOf(
  { components }: JsonSchema,
  { described, ...of }: Pick<Shown, 'where' | 'isReply'> & { readonly described: JsonSchema },
): readonly Shown[] {
  const { examples: shared } = components as { readonly examples: Members }
  return Object.values((described['content'] ?? {}) as Members).map(({ schema, examples = {} }) => ({
    ...of,
    schema: { ...(schema as JsonSchema), components: components ?? {} },
    examples: Object.values(examples as Members).map(({ $ref, value = null }) => {
      const name = typeof $ref === 'string' ? $ref.replace('#/components/examples/', '') : null
      return name === null ? value : (shared[name]?.['value'] ?? null)
    }),
  }))
}

const described = contracts.map(contract => [contract.name, contract] as const)

describe.each(described)('the description of %s', (_, contract) => {
  const bodies = bodiesIn(descriptionOf(contract))

  it('has an example of each body, which is valid by the schema that it stands beside', () => {
    const ajv = newAjv()
    expect(bodies.filter(({ examples }) => examples.length === 0).map(({ where }) => where)).toEqual([])
    for (const { where, isReply, schema, examples } of bodies) {
      // A reply shows nothing that is not described.
      const isValid = ajv.compile(isReply ? (closed(schema) as JsonSchema) : schema)
      for (const example of examples) {
        isValid(example)
        expect({ where, example, errors: isValid.errors ?? null }).toEqual({ where, example, errors: null })
      }
    }
  })

  it('has ids of the contract’s formats, and secrets that one sees are none', () => {
    const { tenantId, endpointId, first, next } = sampleOf(contract)
    expect(parseEndpointId(contract.ids, endpointId)).toBe(endpointId)
    expect(parseTenantId(contract.tenant, tenantId)).toBe(tenantId)
    expect(canSignFor(contract, tenantId)).toBe(true)
    expect(next.secret).not.toBe(first.secret)
    for (const { secret } of [first, next]) {
      expect(matchesText(contract.secret, secret)).toBe(true)
      expect(secret).toMatch(standsForSecret)
    }
  })

  it('has deliveries that verify with its secret', () => {
    const sample = sampleOf(contract)
    const { headers, body } = deliveryOf(sample)
    const options = {
      scheme: schemeOf(contract),
      now: noon,
      tenant: sample.tenantId,
      url: 'https://receiver.example/orders',
    }
    expect(() => verify(body, headers, [sample.first.secret], options)).not.toThrow()
  })
})

const standsForSecret = /EXAMPLE|0{7}/

it('no example of a contract that comes with Keyturn has a secret that could be one', () => {
  const signature = /"x-[\w-]*signature[\w-]*":"[^"]*"/g
  const formats = allContracts.flatMap(({ secret, credentials: { apiKey } }) => (apiKey ? [secret, apiKey] : [secret]))
  const texts = allContracts.flatMap(contract =>
    bodiesIn(descriptionOf(contract)).map(({ examples }) => JSON.stringify(examples).replaceAll(signature, '')),
  )
  const found = formats.flatMap(format =>
    texts.flatMap(text => [...text.matchAll(new RegExp(containedPattern(format), 'gu'))].map(([secret]) => secret)),
  )
  expect(found.length).toBeGreaterThan(10)
  expect(found.filter(secret => !standsForSecret.test(secret))).toEqual([])
})

describe('two operations of one route', () => {
  it('have the examples of both', () => {
    const shared = allMadeUp.flatMap(contract => {
      const operations = servedOperations({ contract, basePath: '' })
      return operations.flatMap(({ operation, path }) => {
        const others = operations.filter(other => other.path === path && other.operation.method === operation.method)
        return others.length > 1 && operation.reply.body !== null ? [{ contract, operation, path }] : []
      })
    })
    expect(shared.length).toBeGreaterThan(1)
    for (const { contract, operation, path } of shared) {
      const where = `${operation.method.toLowerCase()} ${path} ${operation.reply.status}`
      const [body] = bodiesIn(descriptionOf(contract)).filter(each => each.where === where)
      expect(body?.examples).toContainEqual(exampleReply(contract, operation))
    }
  })
})
