import { describe, expect, it } from '@jest/globals'
import type { Contract, OperationOf } from '../../../src/contracts/contract'
import { timeFormats } from '../../../src/contracts/dimensions'
import { teambattles } from '../../../src/contracts/teambattles'
import { keyturn } from '../../../src/contracts/keyturn'
import { formatTime } from '../../../src/contracts/times'
import { addSeconds } from '../../../src/core/instant'
import { readRotated, readShape } from '../../../src/rotation-hook/vendor-reply'
import type { VendorRotation } from '../../../src/rotation-hook/ports'
import { bedFor } from './hook-bed'
import { type Logged, NOON } from './model'

const at = new Date('2026-11-22T12:00:00Z')
const formats = timeFormats.flatMap(own => timeFormats.map(shown => ({ own, shown })))

/** A rotation whose reply shows the end of the key before in a format of its own. */
function rotating(format: (typeof timeFormats)[number]): OperationOf<'rotate'> {
  const ends = { $time: 'previousExpiresAt', format } as const
  const key = { secret: 'signingSecret', id: 'keyId', made: 'rotatedAt' } as const
  const body = { data: { key, old: { ends } } } as const
  return { use: 'rotate', method: 'POST', path: '/hooks/{id}', access: { apiKey: {} }, reply: { status: 200, body } }
}

describe('what a reply shows', () => {
  it.each(formats)('is read in $shown where the shape says so, at a contract of $own', ({ own, shown }) => {
    const contract: Contract = { ...teambattles, times: own }
    const key = { secret: 's', id: 17, made: formatTime(NOON, own) }
    const rotated = readRotated(contract, rotating(shown), { data: { key, old: { ends: formatTime(at, shown) } } })
    expect(rotated).toMatchObject({ keyId: '17', rotatedAt: NOON, previousExpiresAt: at })
  })

  it.each([
    [null, null],
    ['soon', undefined],
    [undefined, undefined],
  ])('of the end of the key before is %j: nothing more than that', (ends, read) => {
    const body = { data: { key: { secret: 's' }, old: { ends } } }
    expect(readRotated(teambattles, rotating('unix-seconds'), body)?.previousExpiresAt).toBe(read)
  })
})

describe('what a shape names', () => {
  const shape = {
    data: {
      hook: {
        version: 'version',
        active: { $words: 'active', words: { true: 'on', false: false } },
        kind: { $constant: 1 },
      },
      key: { secret: 'signingSecret', state: { $words: 'status', words: { active: 1, paused: 0 } } },
    },
    tenant: { $present: 'tenantId' },
  } as const

  it('is read through every nesting as it was written: numbers, booleans, words for either', () => {
    const body = {
      data: { hook: { version: 7, active: false, kind: 2 }, key: { secret: '  s ', state: 0 }, more: [] },
      tenant: 42,
    }
    expect([...readShape(shape, body)]).toEqual([
      ['version', 7],
      ['active', 'false'],
      ['signingSecret', '  s '],
      ['status', 'paused'],
      ['tenantId', 42],
    ])
  })

  it.each([null, [], 'text', 5, { data: null }, { data: [{ key: 1 }] }])('is not there in %j', body => {
    expect([...readShape(shape, body)]).toEqual([])
  })
})

const day = 86_400

/** What the log says of the key before's end, once the vendor has said these. */
async function toldOf(contract: Contract, said: Partial<VendorRotation>): Promise<readonly unknown[]> {
  const logged: Logged[] = []
  const { run } = bedFor(contract, ({ vendor, log }) => ({
    vendor: { ...vendor, rotate: async (key, sending) => ({ ...(await vendor.rotate(key, sending)), ...said }) },
    log: { ...log, info: (message, fields) => void logged.push({ level: 'info', message, fields }) },
  }))
  await run('createSecret')
  return logged.flatMap(({ fields }) => (fields['code'] === 'previous-end-differs' ? [fields] : []))
}

describe('the end of the key before', () => {
  const told = [{ contract: 'teambattles', code: 'previous-end-differs' }]

  it.each<[string, Partial<VendorRotation>, readonly unknown[]]>([
    ['what the rule says', { previousExpiresAt: addSeconds(NOON, day) }, []],
    ['rounded to the minute', { previousExpiresAt: addSeconds(NOON, day + 59) }, []],
    ['an hour late', { previousExpiresAt: addSeconds(NOON, day + 3600) }, told],
    ['an hour early', { previousExpiresAt: addSeconds(NOON, day - 3600) }, told],
    ['none', { previousExpiresAt: null }, told],
    ['not said', { previousExpiresAt: undefined }, []],
  ])('is told in the log where it is not by the contract’s rule: %s', async (_, said, expected) => {
    expect(await toldOf(teambattles, said)).toEqual(expected)
  })

  it('is the one that the hook asked for, where a vendor is told the instant', async () => {
    const { field: _, ...said } = keyturn.overlap
    const overlap = { ...said, field: 'until', unit: 'instant', required: true, minimumSeconds: day } as const
    const contract: Contract = { ...teambattles, overlap }
    expect(await toldOf(contract, { previousExpiresAt: addSeconds(NOON, day + 61) })).toEqual([])
    expect(await toldOf(contract, { previousExpiresAt: addSeconds(NOON, day - 61) })).toEqual(told)
  })

  it('may have begun earlier at a vendor that replays, unless it says when', async () => {
    const early = { previousExpiresAt: addSeconds(NOON, day - 3600) }
    expect(await toldOf(keyturn, { ...early, rotatedAt: null })).toEqual([])
    expect(await toldOf(keyturn, early)).toEqual([{ contract: 'keyturn', code: 'previous-end-differs' }])
  })
})
