import { describe, expect, it } from '@jest/globals'
import { contractFaults } from '../../../src/contracts/check-contract'
import type { Contract } from '../../../src/contracts/contract'
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
    ['an item with a typo in it', { $each: 'secrets', shape: { a: 'signingSecret', b: 'keyID' } }, 'no field keyID'],
  ])('that makes %s is refused', (_, shape, fault) => {
    const body = { secret: 'signingSecret', odd: shape }
    const contract = uncompiled({ ...acmeworks, operations: [{ ...rotate, reply: { status: 200, body } }] })
    expect(contractFaults(contract)).toEqual([expect.stringContaining(fault)])
  })
})
