import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allContracts } from '../../src/contracts/all'
import type { Contract } from '../../src/contracts/contract'
import * as dimensions from '../../src/contracts/dimensions'
import { allMadeUp } from './made-up/all-made-up'

const contracts: readonly Contract[] = [...allContracts, ...allMadeUp]
const operations = contracts.flatMap(contract => contract.operations)
const sessionRoles = operations.flatMap(({ access }) => (access === 'anyone' ? [] : (access.session?.roles ?? [])))

/** Where each list of `dimensions.ts` is used. */
const used: Readonly<Record<keyof typeof dimensions, readonly unknown[]>> = {
  methods: operations.map(operation => operation.method),
  ringUses: operations.map(operation => operation.use),
  deliverUses: operations.map(operation => operation.use),
  endpointUses: operations.map(operation => operation.use),
  roles: sessionRoles,
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
}

/** Every name and every text that some contract holds. */
const spoken = new Set(contracts.flatMap(contract => namesAndTexts(contract)))

describe('the contracts, real and made up, between them', () => {
  it.each(Object.entries(dimensions))('use every word of %s', (list, words) => {
    const found = new Set(Object.entries(used).find(([name]) => name === list)?.[1])
    expect([...words].filter(word => !found.has(word))).toEqual([])
  })

  it.each(['contract.ts', 'shape.ts'])('use every literal and every member that %s declares', file => {
    const declared = declaredIn(readFileSync(join(__dirname, '../../src/contracts', file), 'utf8'))
    expect(declared.length).toBeGreaterThan(20)
    expect(declared.filter(word => !spoken.has(word))).toEqual([])
  })

  it('would miss a word that only a comment uses', () => {
    expect(declaredIn("/** 'a' */\n// 'b'\ntype T = 'c' | { readonly d?: 'e' }")).toEqual(['c', 'd', 'e'])
  })
})

/** The string literals and the members of a source of types. Names of generics and of index signatures are not among them. */
function declaredIn(source: string): readonly string[] {
  const code = source.replace(/\/\*.*?\*\/|\/\/[^\n]*|^import .*? from '[^']*'$/gms, '')
  const words = [...code.matchAll(/'([^']+)'|readonly (\$?[a-zA-Z]+)\??:/g)]
  return words.map(([, literal, member]) => literal ?? member ?? '')
}

function namesAndTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesAndTexts(member)])
}
