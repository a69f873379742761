import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../src/contracts/all'
import { checkContract } from '../../../src/contracts/check-contract'
import type { Contract, Operation } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { tumban } from '../../../src/contracts/tumban'
import { allMadeUp } from './made-up/all-made-up'
import { quarterdeck } from './made-up/quarterdeck'

const rotate: Operation = {
  use: 'rotate',
  method: 'POST',
  path: '/hooks/{id}/rotate',
  access: { apiKey: {} },
  reply: { status: 200, body: 'signingSecret' },
}
const sound: Contract = { ...keyturn, name: 'sound', operations: [rotate] }

const withRotate = (change: Partial<Operation>): Contract => ({
  ...sound,
  operations: [{ ...rotate, ...change } as Operation],
})

describe('a contract', () => {
  it.each<[string, Contract]>([...allContracts, ...allMadeUp, sound].map(contract => [contract.name, contract]))(
    '%s is sound',
    (_, contract) => {
      expect(() => checkContract(contract)).not.toThrow()
    },
  )

  it.each<[string, Contract]>([
    ['name', { ...sound, name: 'Sound' }],
    ['operations', { ...sound, operations: [] }],
    ['credentials', { ...sound, credentials: { ...sound.credentials, sessions: false, apiKey: undefined } as never }],
    ['credentials.in.name', { ...sound, credentials: { ...sound.credentials, in: { kind: 'header', name: 'X Key' } } }],
    [
      'credentials.apiKey must have 256 bits',
      { ...sound, credentials: { ...sound.credentials, apiKey: { prefix: 'k', encoding: 'hex', bytes: 31 } } },
    ],
    [
      'credentials.apiKey.prefix must tell',
      { ...sound, credentials: { ...sound.credentials, apiKey: { prefix: '', encoding: 'hex', bytes: 32 } } },
    ],
    ['secret must have 120 bits', { ...sound, secret: { prefix: '', encoding: 'hex', bytes: 14 }, rotateBody: null }],
    ['secret.bytes', { ...sound, secret: { prefix: '', encoding: 'uuid', bytes: 32 } }],
    ['secret.mask', { ...sound, secret: { ...sound.secret, mask: { first: 10, filler: '*', count: 1, last: 5 } } }],
    ['ids', { ...sound, ids: { kind: 'numeric', digits: 20 } }],
    ['ids', { ...sound, ids: { kind: 'fixed', id: 'a#b' } }],
    ['ids.prefix', { ...sound, ids: { kind: 'prefixed', prefix: '', characters: 20 } }],
    ['tenant.ownerKinds', { ...sound, tenant: { from: 'credential', ownerKinds: ['a/b'] } }],
    [
      'tenant.ownerKinds must not hold a full stop',
      { ...sound, signing: tumban.signing, tenant: { from: 'credential', ownerKinds: ['a.b'] } },
    ],
    ['secondRotation.maximumLiveKeys', { ...sound, secondRotation: { kind: 'keep', maximumLiveKeys: 1 } }],
    ['cooldownSeconds', { ...sound, cooldownSeconds: -1 }],
    ['vendorReplays', { ...sound, idempotencyKey: 'off' }],
    ['overlap.seconds', { ...sound, overlap: { kind: 'fixed', seconds: 0 } }],
    ['overlap.defaultSeconds', { ...sound, overlap: { ...keyturn.overlap, maximumSeconds: 60 } }],
    ['overlap.words', { ...sound, overlap: { ...keyturn.overlap, unit: 'words' } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, words: {} } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, words: { ever: 86_401 } } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, unit: 'seconds' } }],
    ['rotateBody', { ...sound, rotateBody: { unknownFields: 'refuse', force: { field: 'overlapSeconds' } } }],
    ['rotateBody.force', { ...sound, rotateBody: { unknownFields: 'refuse', force: { field: 'force' } } }],
    [
      'rotateBody.ownSecret',
      {
        ...sound,
        rotateBody: { unknownFields: 'refuse', ownSecret: { field: 's', minimumBytes: 33, maximumBytes: 64 } },
      },
    ],
    ['apiVersions.known', { ...sound, apiVersions: { header: 'V', known: [] } }],
    ['POST /hooks/{id}/rotate: since', withRotate({ since: '1' })],
    ['POST /hooks/rotate: path must have these parameters: id', withRotate({ path: '/hooks/rotate' })],
    ['path must have these parameters', withRotate({ path: '/{tenant}/hooks/{id}' })],
    ['path must have plain segments', withRotate({ path: '/hooks/{id}:rotate/now' })],
    ['path must have plain segments', withRotate({ path: '/hooks/{id}x' })],
    ['path must have plain segments', withRotate({ path: '/hooks//{id}' })],
    ['path must start', withRotate({ path: 'hooks/{id}' })],
    ['access must not be anyone', withRotate({ access: 'anyone' })],
    ['access must allow', withRotate({ access: {} })],
    ['access.session.roles', withRotate({ access: { session: { roles: [] } } })],
    ['access.apiKey.permission', withRotate({ access: { apiKey: { permission: 'fly' } } })],
    ['access.apiKey.permission', withRotate({ access: { apiKey: { permission: ['fly', 'swim'] } } })],
    ['access.apiKey.memberPermissions', withRotate({ access: { apiKey: { memberPermissions: { a: 'fly' } } } })],
    ['access.apiKey.minimumPlan', withRotate({ access: { apiKey: { minimumPlan: 'gold' } } })],
    ['reply must have a body', withRotate({ reply: { status: 204, body: 'signingSecret' } })],
    ['reply.body never shows', withRotate({ reply: { status: 204, body: null } })],
  ])('is refused by its name and its %s', (fault, contract) => {
    expect(() => checkContract(contract)).toThrow(RangeError)
    expect(() => checkContract(contract)).toThrow(`contract ${contract.name}: `)
    expect(() => checkContract(contract)).toThrow(fault)
  })
})
