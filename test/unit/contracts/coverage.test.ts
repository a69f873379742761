import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import type { Contract, Operation } from '../../../src/contracts/contract'
import { placesOf } from '../../../src/contracts/credential-places'
import { secondRotationOf, standardDelivery } from '../../../src/contracts/defaults'
import * as dimensions from '../../../src/contracts/dimensions'
import {
  endpointFields,
  errorFields,
  replyFields,
  requestFields,
  revealFields,
  testFields,
} from '../../../src/contracts/reply-fields'
import { keyBytesOf, secretKeyOf } from '../../../src/contracts/secret-key'
import { fieldsInText, shapeFields } from '../../../src/contracts/shape'
import { signaturesOf } from '../../../src/verify/content'
import { allMadeUp } from './made-up/all-made-up'
import { alternativesOf, declaredIn, unionsIn } from './unions-in'

const contracts: readonly Contract[] = [...allContracts, ...hookContracts, ...allMadeUp]
const operations: readonly Operation[] = contracts.flatMap(contract => contract.operations.map(operation => operation))
const deliveries = contracts.flatMap(({ delivery }) => delivery ?? standardDelivery)
const signatures = contracts.flatMap(({ signing }) => signaturesOf(signing))
const places = contracts.flatMap(({ credentials }) => placesOf(credentials))
const errors = contracts.flatMap(contract => contract.errors ?? [])
const errorWords = errors.flatMap(({ words = {}, byStatus = {}, other }) => [
  ...Object.values(words),
  ...Object.values(byStatus),
  ...(other ? [other] : []),
])

/** Where each list of words is used. */
const used: Readonly<Record<string, readonly unknown[]>> = {
  methods: operations.map(operation => operation.method),
  usesOfRotate: operations.map(operation => operation.use),
  usesOfDeliver: operations.map(operation => operation.use),
  usesOfAccess: operations.map(operation => operation.use),
  usesOfPlatform: operations.map(operation => operation.use),
  usesOfPortal: operations.map(operation => operation.use),
  usesOfCodes: operations.map(operation => operation.use),
  openUses: operations.map(operation => operation.use),
  scopes: contracts.flatMap(({ credentials }) => Object.keys(credentials.portalScopes ?? {})),
  usesOfEndpoints: operations.map(operation => operation.use),
  roles: operations.flatMap(({ access }) =>
    access === undefined || access === 'anyone' ? [] : (access.session?.roles ?? []),
  ),
  credentialPlaces: places.map(({ kind }) => kind),
  encodings: contracts.flatMap(({ secret, credentials, ids }) => [
    secret.encoding,
    credentials.apiKey?.encoding,
    ids.kind === 'text' && ids.make.encoding,
  ]),
  idKinds: contracts.map(contract => contract.ids.kind),
  tenantPlaces: contracts.map(contract => contract.tenant.from),
  tenantFormats: contracts.flatMap(({ tenant }) => (tenant.from === 'header' ? tenant.format : [])),
  overlapKinds: contracts.map(contract => contract.overlap.kind),
  overlapUnits: contracts.flatMap(({ overlap }) => (overlap.kind === 'chosen' ? overlap.unit : [])),
  secondRotationKinds: contracts.map(contract => secondRotationOf(contract).kind),
  idempotencyKeyRules: contracts.map(({ idempotencyKey = 'optional' }) =>
    typeof idempotencyKey === 'object' ? idempotencyKey.rule : idempotencyKey,
  ),
  roundingDirections: contracts.flatMap(({ overlap }) => (overlap.kind === 'chosen' ? overlap.rounded?.direction : [])),
  secretKeys: contracts.map(secretKeyOf),
  unknownFieldRules: contracts.map(contract => contract.rotateBody?.unknownFields ?? 'ignore'),
  publishedSignings: contracts.map(contract => contract.publishes?.signing),
  urlRules: contracts.map(contract => contract.url ?? 'required'),
  listFilters: operations.flatMap(({ filters = [] }) => filters),
  reaches: contracts.map(contract => contract.reach ?? 'own'),
  timeFormats: contracts.map(contract => contract.times),
  replyStatuses: operations.map(operation => operation.reply.status),
  errorContentTypes: errors.map(({ contentType = 'application/json' }) => contentType),
  messageIdKinds: deliveries.map(delivery => delivery.messageIds),
  headerFields: deliveries.flatMap(delivery => Object.values(delivery.headers)),
  bodyFields: deliveries.flatMap(({ body }) => (body === 'payload' ? [] : Object.values(body))),
}

const endpointShapes = fieldsOf('create', 'rotate', 'reveal', 'get', 'update', 'delete')
const headers = contracts.flatMap(contract => Object.values(contract.headers ?? {}).flatMap(shapeFields))
const errorFieldsUsed = [
  ...errors.flatMap(({ body }) => shapeFields(body)),
  ...errorWords.flatMap(({ body, title = '', detail = '' }) => [
    ...(body === undefined ? [] : shapeFields(body)),
    ...fieldsInText(title),
    ...fieldsInText(detail),
  ]),
]

/** Where each union of words that a type declares by itself is used. */
const usedInline: Readonly<Record<string, readonly unknown[]>> = {
  'schemes SignedPart': signatures.flatMap(({ content }) => fieldsInText(content)),
  'schemes encoding': signatures.map(({ encoding }) => encoding),
  'schemes form': signatures.map(({ form }) => form),
  'schemes isoTime': contracts.map(({ signing }) => signing.isoTime),
  'key-bytes encoding': contracts.map(contract => keyBytesOf(contract).encoding),
  'contract Span': contracts.flatMap(({ overlap }) =>
    overlap.kind === 'chosen' ? Object.values(overlap.words ?? {}) : [],
  ),
  'contract nulls': contracts.map(({ rotateBody }) => rotateBody?.nulls),
  'contract cooldownFrom': contracts.map(({ cooldownFrom }) => cooldownFrom),
  'contract immediateEnds': contracts.map(({ secondRotation: rule }) => rule?.kind === 'keep' && rule.immediateEnds),
  'shape order': contracts.flatMap(namesAndTexts),
  'contract body': deliveries.map(({ body }) => body),
  'contract success': deliveries.map(({ success }) => success),
  'contract Access': operations.map(({ access }) => access),
}

const sources = ['contracts/contract', 'contracts/shape', 'verify/schemes']
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

  it.each<[string, readonly string[], readonly string[]]>([
    ['a request', requestFields, [...operations.flatMap(shown), ...headers, ...errorFieldsUsed]],
    ['an endpoint', endpointFields, endpointShapes],
    ['a reveal', revealFields, endpointShapes],
    ['a test', testFields, fieldsOf('test')],
    ['an error', errorFields, errorFieldsUsed],
    ...Object.entries(replyFields)
      .filter(([use]) => !['create', 'rotate', 'reveal', 'get', 'update', 'delete', 'revoke-previous'].includes(use))
      .map(([use, fields]): [string, readonly string[], readonly string[]] => {
        const own = fields.filter(field => !requestFields.some(each => each === field))
        return [`the use ${use}`, own, fieldsOf(use)]
      }),
  ])('show every field of %s', (_, fields, shownFields) => {
    expect(fields.filter(field => !shownFields.includes(field))).toEqual([])
  })

  it('sign the body alone, with one part and with two; with a second signature and without', () => {
    const parts = signatures.map(({ content }) => fieldsInText(content).length)
    expect(parts).toEqual(expect.arrayContaining([1, 2, 3]))
    expect(new Set(contracts.map(({ signing }) => signing.weaker === undefined))).toEqual(new Set([true, false]))
  })

  it('decode the key’s bytes with a prefix taken off and without, and retry by the schedule and by numbers', () => {
    expect(new Set(contracts.map(contract => keyBytesOf(contract).prefix === ''))).toEqual(new Set([true, false]))
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
    expect(names).toEqual(expect.arrayContaining(Object.keys(usedInline)))
  })
})

/** The fields that an operation's reply shows. */
function shown({ reply }: Operation): readonly string[] {
  return reply.body !== null ? shapeFields(reply.body) : []
}

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
