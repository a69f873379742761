import { describe, expect, it } from '@jest/globals'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import { checkContract, contractFaults } from '../../../src/contracts/check-contract'
import type { Contract } from '../../../src/contracts/contract'
import { harborline } from './made-up/harborline'
import { allMadeUp } from './made-up/all-made-up'
import { acmeworks } from './made-up/acmeworks'

/** The others have each member and word; `keyturn` has most operations, and each takes time. */
const contracts = [...allContracts, ...hookContracts, ...allMadeUp].filter(({ name }) => name !== 'keyturn')
type Path = readonly string[]

/** The contract with another value at the path. */
function changed(value: unknown, [name, ...rest]: Path, put: unknown): unknown {
  if (name === undefined) return put
  const member: unknown = Object(value)[name]
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === name ? changed(item, rest, put) : item))
  return { ...Object(value), [name]: changed(member, rest, put) }
}

/** Each place in the value, the members of members too. */
function pathsIn(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [[], ...Object.entries(value).flatMap(([name, member]) => pathsIn(member).map(path => [name, ...path]))]
}

/** Places where names are the contract's own. */
const free = /^(?:\w+\.)*(?:reply\.body|body|headers|constants|when|memberPermissions|words|byStatus|sentBack)(?:\.|$)/

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function faultOf(contract: unknown): unknown {
  try {
    // What a file without a compiler may hold.
    checkContract(contract as Contract)
    return null
  } catch (error) {
    return error
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('contract ')
}

describe('a contract that nobody compiled', () => {
  it.each(contracts.map(contract => [contract.name, contract] as const))(
    '%s is refused in words, whatever stands in place of any of its members',
    (_, contract) => {
      const errors = pathsIn(contract)
        .filter(path => path.length > 0)
        .flatMap(path =>
          [null, -1.5, 1e300, 'x', [], { $x: 1 }, undefined].map(put => faultOf(changed(contract, path, put))),
        )
      expect(errors.length).toBeGreaterThan(300)
      expect(errors.filter(error => error !== null && !isOurs(error))).toEqual([])
    },
  )

  it.each(contracts.map(contract => [contract.name, contract] as const))(
    '%s is refused with a member that there is not, at every level',
    (_, contract) => {
      const objects = pathsIn(contract).filter(path => {
        const value = path.reduce<unknown>((each, name) => Object(each)[name], contract)
        return isObject(value) && !free.test(path.join('.'))
      })
      const accepted = objects.filter(path => faultOf(changed(contract, [...path, 'colour'], 'red')) === null)
      expect(objects.length).toBeGreaterThan(5)
      expect(accepted).toEqual([])
    },
  )

  it.each(contracts.map(contract => [contract.name, contract] as const))(
    '%s is refused with a list in place of any of its objects',
    (_, contract) => {
      const objects = pathsIn(contract).filter(path => {
        const value = path.reduce<unknown>((each, name) => Object(each)[name], contract)
        return isObject(value) && !/(?:^|\.)(?:(?:constants|when)\.|\$constant(?:\.|$))/.test(path.join('.'))
      })
      const accepted = objects.filter(path => faultOf(changed(contract, path, [])) === null)
      expect(accepted).toEqual([])
    },
  )

  it.each<[string, Path, unknown]>([
    ['rotateBody must be an object', ['rotateBody'], []],
    ['client must be an object', ['client'], []],
    ['operation POST /api/hooks/{id}/roll: access must be an object', ['operations', '0', 'access'], []],
    [
      'credentials.plan is no member; there are in, apiKey, sessions, portalScopes, permissions, plans',
      ['credentials', 'plan'],
      [],
    ],
    ['secret.encoding must be one of hex, ', ['secret', 'encoding'], 'base32'],
    ['operation POST /api/hooks/{id}/roll: use must be one of create, ', ['operations', '0', 'use'], 'rotat'],
    [
      'operation POST /api/hooks/{id}/roll: reply.status must be one of 200, ',
      ['operations', '0', 'reply', 'status'],
      99,
    ],
    ['operations.0.method must be given', ['operations', '0'], {}],
    ['overlap.maximumSeconds must be a number', ['overlap', 'maximumSeconds'], '60'],
    ['overlap.kind must be one of none, fixed, chosen', ['overlap'], {}],
    ['credentials.in.0.kind must be one of bearer, ', ['credentials', 'in'], [{ kind: 'cookie' }]],
    ['credentials.in.name must be given', ['credentials', 'in'], { kind: 'header' }],
    ['signing.signature.form must be one of single, ', ['signing', 'signature', 'form'], 'lists'],
    ['delivery.headers.x-a must be one of messageId, ', ['delivery'], { headers: { 'x-a': 'message' } }],
    ['errors.words.not_found is the code of no problem; there are ', ['errors', 'words'], { not_found: {} }],
    ['errors.body must be the name of a field, ', ['errors', 'body'], [{}]],
    ['idempotencyKey.rule must be one of off, ', ['idempotencyKey'], { rule: 'of', in: 'key' }],
  ])('is told that %s', (fault, path, put) => {
    expect(faultOf(changed(acmeworks, path, put))).toMatchObject({ message: expect.stringContaining(fault) })
  })

  it('is told of what its other members mean together, too', () => {
    const [rotate] = acmeworks.operations
    const broken = {
      ...acmeworks,
      name: 'Acmeworks',
      colour: 'red',
      ids: { kind: 'guid' },
      overlap: { ...acmeworks.overlap, unit: 'fortnights' },
      secondRotation: { kind: 'keep', maximumLiveKeys: 1 },
      secret: { ...acmeworks.secret, encoding: 'base64url' },
      rotateBody: { force: { field: 'force' } },
      operations: [
        { ...rotate, access: {}, reply: { status: 204, body: 'signingSecret' } },
        { ...rotate, use: 'rotat', since: '2' },
        { ...rotate, path: '/gone', reply: 7 },
        7,
      ],
    }
    const faults = contractFaults(broken as unknown as Contract)
    expect(faults.map(fault => fault.replace(/;? (?:there are|one of|receivers) .*/, ''))).toEqual([
      'ids.kind must be',
      'overlap.unit must be',
      'operation POST /api/hooks/{id}/roll: use must be',
      'operation POST /gone: reply must be an object',
      'operations.3 must be an object',
      'colour is no member',
      'name must be lower-case, at most 32 characters',
      'secret must make the keys that',
      'rotateBody.force needs secondRotation reject',
      'operation POST /api/hooks/{id}/roll: access must allow sessions or API keys',
      'operation POST /api/hooks/{id}/roll: reply must have a body, unless its status is 204',
      'operation POST /api/hooks/{id}/roll: since must be',
    ])
  })

  it('is told of what does not depend on the use that is misspelt', () => {
    const [rotate] = acmeworks.operations
    const broken = {
      ...acmeworks,
      operations: [{ ...rotate, use: 'rotat' }],
      errors: { body: { a: 'nofield' }, byStatus: { 418: { status: 200 } }, other: {} },
      client: { headers: { Accept: 'x' }, rateLimit: { statuses: [], remaining: 'a', reset: 'b' } },
    }
    const faults = contractFaults(broken as unknown as Contract)
    expect(faults.map(fault => fault.replace(/[;,] .*/, ''))).toEqual([
      'operation POST /api/hooks/{id}/roll: use must be one of create',
      'client must name headers in lower case',
      'client.rateLimit.statuses must be from 400 to 499',
      'errors.body.a: there is no field nofield',
      'errors.byStatus.418.status must be 400 to 599',
    ])
  })

  it('is told of every member that there is not at once', () => {
    const twice = { ...harborline, colour: 'red', overlap: { ...harborline.overlap, size: 1, weight: 2 } }
    const { message } = faultOf(twice) as RangeError
    expect(message.match(/is no member/g)).toHaveLength(3)
  })
})
