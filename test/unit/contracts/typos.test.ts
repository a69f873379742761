import { describe, expect, it } from '@jest/globals'
import { contractFaults } from '../../../src/contracts/check-contract'
import type { Contract } from '../../../src/contracts/contract'
import type { Use } from '../../../src/contracts/dimensions'
import { fieldValues, itemFields, replyFields, timeFields } from '../../../src/contracts/reply-fields'
import type { Delivery } from '../../../src/delivery/delivery'
import type { DeliveryHealth } from '../../../src/delivery/health'
import type { SignedBy } from '../../../src/delivery/probe'
import type { Principal } from '../../../src/access/authenticate'
import type { ApiKeyState } from '../../../src/access/api-key'
import type { AuditEntry } from '../../../src/rotation/change'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import type { MirrorState } from '../../../src/rotation/mirror'
import type { Adoption } from '../../../src/rotation/proof'
import type { Revealed } from '../../../src/rotation/reveal'
import { acmeworks } from './made-up/acmeworks'

// Each typo is one error of the compiler, in its own line: an error anywhere else would fail `npm run check`. A contract
// that was compiled by nobody is refused by name where it is mounted.

const rotate = { use: 'rotate', method: 'POST', path: '/hooks/{id}/roll', access: { apiKey: {} } } as const

const inField = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          id: 'id',
          data: {
            url: 'url',
            // @ts-expect-error: a typo in a field
            secret: 'signingSecrt',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inForm = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          start: {
            $first: 4,
            // @ts-expect-error: a typo in a form
            of: 'signingSecrte',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inFormat = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          ends: {
            $time: 'previousExpiresAt',
            // @ts-expect-error: a typo in a word
            format: 'unix-secnds',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const ofAnotherUse = {
  ...acmeworks,
  operations: [
    ...acmeworks.operations,
    {
      use: 'get',
      method: 'GET',
      path: '/hooks/{id}',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          id: 'id',
          // @ts-expect-error: a field that another use has
          secret: 'signingSecret',
        },
      },
    },
  ],
} as const satisfies Contract

const inErrors = {
  ...acmeworks,
  errors: {
    body: {
      // @ts-expect-error: a typo in a field of errors
      error: 'codee',
      text: 'detail',
    },
  },
} as const satisfies Contract

const inItems = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          odd: {
            $each: 'secrets',
            shape: {
              value: 'signingSecret',
              // @ts-expect-error: a typo in a field of a list's items
              ends: 'expiresAtt',
            },
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inText = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          odd: {
            // @ts-expect-error: a typo in a text's field
            $text: 'by {tenentId}',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inTime = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          odd: {
            // @ts-expect-error: a field that is no time
            $time: 'url',
            format: 'unix-seconds',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inMember = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          odd: {
            $words: 'status',
            // @ts-expect-error: a typo in the name of a form's member
            wrds: { active: 1 },
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inFormName = {
  ...acmeworks,
  operations: [
    {
      ...rotate,
      use: 'rotate',
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          odd: {
            // @ts-expect-error: a typo in the name of a form
            $tme: 'rotatedAt',
            format: 'unix-seconds',
          },
        },
      },
    },
  ],
} as const satisfies Contract

const inNameOfUse = {
  ...acmeworks,
  operations: [
    {
      // @ts-expect-error: a typo in a use
      use: 'rotat',
      method: 'POST',
      path: '/hooks/{id}/roll',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          secret: 'signingSecret',
          old: { $time: 'previousExpiresAt', format: 'unix-seconds' },
        },
      },
    },
  ],
} as const satisfies Contract

const inUse = {
  ...acmeworks,
  // @ts-expect-error: a member that there is not
  cooldownSecond: 5,
} as const satisfies Contract

const status = (words: object): object => ({ $words: 'status', words })

const uncompiled = (contract: unknown): Contract => contract as Contract

describe('a typo', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'in a field',
      inField,
      /^operation POST \S+: reply\.body\.data\.secret: there is no field signingSecrt; rotate has /,
    ],
    ['in a form', inForm, /^operation POST \S+: reply\.body\.start: there is no field signingSecrte; rotate has /],
    [
      'in the name of a format',
      inFormat,
      /^operation POST \S+: reply\.body\.ends\.format must be one of iso-seconds, /,
    ],
    ['of a field that another use has', ofAnotherUse, /^operation GET \S+: reply\.body\.secret: .*; get has /],
    ['in an error', inErrors, /^errors\.body\.error: there is no field codee; errors has /],
    [
      'in a field of items',
      inItems,
      /^operation POST \S+: reply\.body\.odd\.shape\.ends: there is no field expiresAtt; an item of secrets has /,
    ],
    ['in a text', inText, /^operation POST \S+: reply\.body\.odd: there is no field tenentId; rotate has /],
    [
      'in what is to be a time',
      inTime,
      /^operation POST \S+: reply\.body\.odd: url is no time; rotate has createdAt, currentKeyCreatedAt, lastDeliveryAt, .*signsFrom, updatedAt$/,
    ],
    ['in the name of a form’s member', inMember, /^operation POST \S+: reply\.body\.odd must not have wrds /],
    ['in the name of a form', inFormName, /^operation POST \S+: reply\.body\.odd has no form \$tme; there are /],
    ['in the name of a use', inNameOfUse, /^operation POST \S+: use must be one of create, rotate, /],
    ['in a member', inUse, /^cooldownSecond is no member; there are /],
  ])('%s is one fault at its place, with what there is', (_, contract, fault) => {
    expect(contractFaults(uncompiled(contract))).toEqual([expect.stringMatching(fault)])
  })

  it('names every field that the use has', () => {
    const [fault = ''] = contractFaults(uncompiled(ofAnotherUse))
    expect(fault.split('get has ')[1]?.split(', ')).toEqual(
      expect.arrayContaining(['id', 'url', 'secretMask', 'version']),
    )
    expect(fault).not.toMatch(/ signingSecret,/)
  })

  it.each<[string, object, string]>([
    ['two forms', { $constant: 1, $time: 'updatedAt' }, 'must be one form, not $constant and $time'],
    ['an unknown form', { $frist: 4 }, 'has no form $frist; there are $constant, '],
    ['a foreign member', { $constant: 1, format: 'iso-millis' }, 'must not have format beside $constant'],
    ['a member that lacks', { $time: 'updatedAt' }, 'needs format beside $time'],
    ['a text with a typo in it', { $text: 'by {idd}' }, 'there is no field idd'],
    ['a list that is none', { $each: 'url', shape: 'id' }, 'url is no list of objects; endpoints, '],
    ['a word with a typo in it', status({ actve: 1 }), 'words.actve is no value of status, which is active or paused'],
    ['a word of no kind', { $words: 'isCurrnt', words: {} }, 'there is no field isCurrnt; rotate has '],
    ['a list in words', { $words: 'eventTypes', words: {} }, 'eventTypes is a list or an object, and no text'],
    ['a time in words', { $words: 'updatedAt', words: {} }, 'updatedAt is a time, and no text'],
    [
      'a boolean in other words',
      { $words: 'active', words: { yes: 1 } },
      'words.yes is no value of active, which is true or false',
    ],
    [
      'a state in other words',
      { $words: 'keyState', words: { live: 1 } },
      'words.live is no value of keyState, which is signing or published',
    ],
    [
      'a status that may be null in other words',
      { $words: 'lastDeliveryStatus', words: { null: 0, ok: 1 } },
      'words.ok is no value of lastDeliveryStatus, which is success, failed, pending or null',
    ],
    ['an item with a typo in it', { $each: 'secrets', shape: { a: 'signingSecret', b: 'keyID' } }, 'no field keyID'],
  ])('that makes %s is refused', (_, shape, fault) => {
    const body = { secret: 'signingSecret', odd: shape }
    const contract = uncompiled({ ...acmeworks, operations: [{ ...rotate, reply: { status: 200, body } }] })
    expect(contractFaults(contract)).toEqual([expect.stringContaining(fault)])
  })

  it.each<[Use, object]>([
    ['health', { a: { $words: 'status', words: { ok: 'up' } } }],
    ['test', { a: { $words: 'deliveryStatus', words: { success: 1, failed: 0 } } }],
    ['get', { a: { $words: 'url', words: { null: 'none' } }, b: { $words: 'version', words: { 1: 'first' } } }],
    ['rotations', { a: { $each: 'rotations', shape: { $words: 'kind', words: { 'roll-back': 'back' } } } }],
  ])('is none in words for what a field of %s can be', (use, body) => {
    const path = use === 'health' ? '/up' : '/hooks/{id}'
    const access = use === 'health' ? 'anyone' : { apiKey: {} }
    const other = { use, method: 'GET', path, access, reply: { status: 200, body } }
    const contract = uncompiled({ ...acmeworks, operations: [...acmeworks.operations, other] })
    expect(contractFaults(contract)).toEqual([])
  })

  it('in the name of a time is found, since each field whose name says a time is one', () => {
    const fields = [...Object.values(replyFields), ...Object.values(itemFields)].flat()
    const named = fields.filter(field => /At$|From$|^at$|^requestTime$/.test(field))
    expect(new Set(named)).toEqual(new Set(timeFields))
  })

  it('in a word is found, since all values are known of a field that has a closed set of them', () => {
    const values: { readonly [Field in keyof typeof fieldValues]: Readonly<Record<string, true>> } = {
      status: { active: true, paused: true } satisfies All<EndpointSettings['status']>,
      standing: { active: true, paused: true, suspended: true },
      mirrorSetting: { on: true, off: true } satisfies All<EndpointSettings['mirror']>,
      mirror: { current: true, pending: true, off: true } satisfies All<MirrorState>,
      principalKind: { portal: true, session: true, 'api-key': true } satisfies All<Principal['kind']>,
      deliveryBodies: { true: true, false: true },
      apiKeyState: { active: true, expired: true, revoked: true } satisfies All<ApiKeyState>,
      keyState: { signing: true, published: true } satisfies All<Revealed['state']>,
      deliveryStatus: { success: true, failed: true, pending: true } satisfies All<Delivery['status']>,
      lastDeliveryStatus: {
        success: true,
        failed: true,
        pending: true,
        null: true,
      } satisfies All<`${DeliveryHealth['lastDeliveryStatus']}`>,
      adoption: {
        ...({ adopted: true, 'not-adopted': true, 'accepts-anything': true } as const),
        ...({ inconclusive: true, unreachable: true } as const),
      } satisfies All<Adoption>,
      signedBy: { newest: true, previous: true, nobody: true } satisfies All<SignedBy>,
      kind: {
        ...({ create: true, rotate: true, revoke: true, publish: true, promote: true, abandon: true } as const),
        ...({ 'roll-back': true, update: true, delete: true, replay: true } as const),
        ...({ 'create-api-key': true, 'revoke-api-key': true } as const),
        ...({ 'create-portal-session': true, 'end-portal-session': true, 'end-portal-sessions': true } as const),
      } satisfies All<AuditEntry['kind']>,
      active: { true: true, false: true },
      paused: { true: true, false: true },
      delivered: { true: true, false: true },
      isCurrent: { true: true, false: true },
    }
    const names = Object.entries(values).map(([field, words]) => [field, Object.keys(words).toSorted()] as const)
    const known = Object.entries(fieldValues).map(([field, words]) => [field, [...words].toSorted()] as const)
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(names))
  })
})

type All<Word extends string> = Readonly<Record<Word, true>>
