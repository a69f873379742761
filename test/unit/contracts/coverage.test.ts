import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { standardDelivery } from '../../../src/contracts/defaults'
import * as dimensions from '../../../src/contracts/dimensions'
import { shapeFields } from '../../../src/contracts/shape'
import { allMadeUp } from './made-up/all-made-up'
import { alternativesOf, declaredIn, unionsIn } from './unions-in'

const contracts: readonly Contract[] = [...allContracts, ...hookContracts, ...allMadeUp]
const operations = contracts.flatMap(contract => contract.operations)
const deliveries = contracts.flatMap(({ delivery }) => delivery ?? standardDelivery)
const signatures = contracts.flatMap(({ signing: { signature, weaker } }) => [signature, ...(weaker ? [weaker] : [])])

/** Where each list of words is used. */
const used: Readonly<Record<string, readonly unknown[]>> = {
  methods: operations.map(operation => operation.method),
  usesOfRotate: operations.map(operation => operation.use),
  usesOfDeliver: operations.map(operation => operation.use),
  usesOfEndpoints: operations.map(operation => operation.use),
  roles: operations.flatMap(({ access }) => (access === 'anyone' ? [] : (access.session?.roles ?? []))),
  credentialPlaces: contracts.map(contract => contract.credentials.in.kind),
  encodings: contracts.flatMap(({ secret, credentials }) => [secret.encoding, credentials.apiKey?.encoding]),
  idKinds: contracts.map(contract => contract.ids.kind),
  tenantPlaces: contracts.map(contract => contract.tenant.from),
  tenantFormats: contracts.flatMap(({ tenant }) => (tenant.from === 'header' ? tenant.format : [])),
  overlapKinds: contracts.map(contract => contract.overlap.kind),
  overlapUnits: contracts.flatMap(({ overlap }) => (overlap.kind === 'chosen' ? overlap.unit : [])),
  secondRotationKinds: contracts.map(contract => contract.secondRotation.kind),
  idempotencyKeyRules: contracts.map(contract => contract.idempotencyKey),
  unknownFieldRules: contracts.flatMap(contract => contract.rotateBody?.unknownFields ?? []),
  urlRules: contracts.map(contract => contract.url),
  reaches: contracts.map(contract => contract.reach),
  timeFormats: contracts.map(contract => contract.times),
  replyStatuses: operations.map(operation => operation.reply.status),
  errorContentTypes: contracts.map(contract => contract.errors.contentType),
  messageIdKinds: deliveries.map(delivery => delivery.messageIds),
  headerFields: deliveries.flatMap(delivery => Object.values(delivery.headers)),
  bodyFields: deliveries.flatMap(({ body }) => (body === 'payload' ? [] : Object.values(body))),
}

const endpointShapes = fieldsOf('create', 'rotate', 'reveal', 'get', 'update', 'delete')

/** Where each union of words that a type declares by itself is used. */
const usedInline: Readonly<Record<string, readonly unknown[]>> = {
  'schemes SignedPart': signatures.flatMap(({ before }) => before),
  'schemes encoding': signatures.map(({ encoding }) => encoding),
  'schemes form': signatures.map(({ form }) => form),
  'key-bytes encoding': contracts.map(({ signing }) => signing.keyBytes.encoding),
  'contract body': deliveries.map(({ body }) => body),
  'contract success': deliveries.map(({ success }) => success),
  'contract Access': operations.map(({ access }) => access),
  'reply-fields EndpointField': endpointShapes,
  'reply-fields DeliveryField': endpointShapes,
  'reply-fields RevealField': fieldsOf('create', 'rotate', 'reveal'),
  'reply-fields TestField': fieldsOf('test'),
  'reply-fields ErrorField': contracts.flatMap(({ errors }) => shapeFields(errors.body)),
  ...Object.fromEntries(operations.map(({ use }) => [`reply-fields ${use}`, fieldsOf(use)])),
}

const sources = ['contracts/contract', 'contracts/shape', 'contracts/reply-fields', 'verify/schemes']
const unions = [...sources, 'verify/key-bytes'].flatMap(source =>
  unionsIn(typesOf(source)).map(({ name, words }) => ({
    union: `${source.slice(source.indexOf('/') + 1)} ${name}`,
    words,
  })),
)

/** Every name and every text that some contract holds. */
const spoken = new Set(contracts.flatMap(contract => namesAndTexts(contract)))

describe('the contracts, real and made up, between them', () => {
  it.each(listsOf(dimensions))('use every word of the list %s', (list, words) => {
    expect(words.filter(word => used[list]?.includes(word) !== true)).toEqual([])
  })

  it.each(unions.filter(({ union }) => !/^contract (?:kind|from)$/.test(union)))(
    'use every word of the union $union',
    ({ union, words }) => {
      expect(words.filter(word => usedInline[union]?.includes(word) !== true)).toEqual([])
    },
  )

  it.each(sources)('use every literal and every member that %s.ts declares', source => {
    const declared = declaredIn(typesOf(source))
    expect(declared.length).toBeGreaterThan(9)
    expect(declared.filter(word => !spoken.has(word))).toEqual([])
  })

  it.each([
    ['IdFormat', dimensions.idKinds],
    ['TenantSource', dimensions.tenantPlaces],
    ['Overlap', dimensions.overlapKinds],
    ['SecondRotation', dimensions.secondRotationKinds],
  ])('use each kind of %s, since the lists have the kinds of the type', (type, kinds) => {
    expect([...alternativesOf(type, sourceOf('contracts/contract'))].sort()).toEqual([...kinds].sort())
  })

  it('sign nothing, one part and two parts before the body; with a second signature and without', () => {
    expect(new Set(signatures.map(({ before }) => before.length))).toEqual(new Set([0, 1, 2]))
    expect(new Set(contracts.map(({ signing }) => signing.weaker === undefined))).toEqual(new Set([true, false]))
  })

  it('decode the key’s bytes with a prefix taken off and without, and retry by the schedule and by numbers', () => {
    expect(new Set(contracts.map(({ signing }) => signing.keyBytes.prefix === ''))).toEqual(new Set([true, false]))
    expect(new Set(deliveries.map(({ retries }) => retries === null))).toEqual(new Set([true, false]))
    expect(deliveries.some(({ success }) => typeof success !== 'string')).toBe(true)
    expect(deliveries.some(({ body }) => typeof body !== 'string')).toBe(true)
  })
})

describe('what reads the types', () => {
  it('misses no union, however it is written, and no word that only a comment uses', () => {
    const source =
      "/** 'a' | 'b' */\ntype One = 'c' | 'd' // 'e'\ninterface I {\n  readonly two?:\n    | 'f'\n    /** 'x' */\n    | Other\n" +
      "    | 'g-h'\n  three: 'i'\n  'four-five': 'j' | 'k'\n  readonly n: number\n" +
      "  six: boolean | 'l'\n  seven: (typeof list)[number] | 'm' | readonly { readonly n: 'o' | 'p' }[]\n}"
    expect(unionsIn(source)).toEqual([
      { name: 'One', words: ['c', 'd'] },
      { name: 'two', words: ['f', 'g-h'] },
      { name: 'three', words: ['i'] },
      { name: 'four-five', words: ['j', 'k'] },
      { name: 'six', words: ['l'] },
      { name: 'seven', words: ['m'] },
      { name: 'n', words: ['o', 'p'] },
    ])
    expect(declaredIn("/** 'a' */\n// 'b'\ntype T = 'c' | { readonly d?: 'e' }")).toEqual(['c', 'd', 'e'])
  })

  it('finds the unions that signing, deliveries and shapes declare', () => {
    const names = unions.map(({ union }) => union)
    expect(names).toEqual(
      expect.arrayContaining(Object.keys(usedInline).filter(name => !/^reply-fields [a-z]/.test(name))),
    )
  })
})

/** The fields that the replies of these uses show, those of their lists' items apart. */
function fieldsOf(...uses: readonly string[]): readonly string[] {
  return operations.flatMap(({ use, reply }) => (uses.includes(use) && reply.body ? shapeFields(reply.body) : []))
}

function listsOf(lists: object): readonly (readonly [name: string, words: readonly unknown[]])[] {
  return Object.entries(lists).flatMap(([name, words]) => (Array.isArray(words) ? [[name, words] as const] : []))
}

function sourceOf(source: string): string {
  return readFileSync(join(__dirname, `../../../src/${source}.ts`), 'utf8')
}

/** A source up to its first value or function after its types. */
function typesOf(source: string): string {
  return sourceOf(source)
    .split(/^export (?:const \w+ = \{|function)/m, 1)
    .join()
}

function namesAndTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesAndTexts(member)])
}
