import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { SecondRotation } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { addSeconds } from '../../../src/core/instant'
import { Problem } from '../../../src/core/problem'
import {
  abandonKey,
  type Keys,
  liveKeys,
  promoteKey,
  publishKey,
  publishPolicyOf,
  type PublishPolicy,
  rollBackKeys,
  rotateKeys,
} from '../../../src/rotation/published'
import { isLive, type Key, previousEnd, revokePrevious } from '../../../src/rotation/ring'
import { noon } from '../../support/suites/sample-endpoint'

const keep = { kind: 'keep', maximumLiveKeys: 5 } as const
const policy = {
  overlapSeconds: 900,
  leadSeconds: 600,
  signing: 'published',
  secondRotation: keep,
  forced: false,
  cooldownSeconds: 0,
} as const satisfies PublishPolicy
const rules = { overlapSeconds: 900, endsRetiring: false, forced: false } as const

function key(id: string, createdAt: Date, expiresAt: Date | null = null): Key {
  return { id, sealed: 'c2VhbGVk', hint: 'abcd', mask: null, createdAt, expiresAt }
}

const first: Keys = { ring: { version: 1, revision: 1, keys: [key('key_1', addSeconds(noon, -60))] }, published: null }
const waiting = publishKey(first, key('key_2', noon), policy)
const later = addSeconds(noon, 700)
const promoted = promoteKey(waiting, 'key_2', later)

function idsOf(keys: Keys, now: Date): readonly string[] {
  return liveKeys(keys, now).map(({ id }) => id)
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  throw new Error('nothing was refused')
}

describe('publishKey', () => {
  it('ends no key, and lets the one before sign on without an end', () => {
    expect(waiting.ring).toMatchObject({ version: 2, keys: first.ring.keys })
    expect(waiting.published).toEqual({
      key: key('key_2', noon),
      signing: 'published',
      leadSeconds: 600,
      overlapSeconds: 900,
    })
    expect(idsOf(waiting, noon)).toEqual(['key_1', 'key_2'])
  })

  it('refuses a second one while one is published', () => {
    expect(codeOf(() => publishKey(waiting, key('key_3', later), policy))).toBe('rotation-in-progress')
  })

  it('counts the published key among the live ones', () => {
    const two = { ...policy, secondRotation: { kind: 'keep', maximumLiveKeys: 2 } } as const
    expect(codeOf(() => publishKey(promoted, key('key_3', later), two))).toBe('too-many-live-keys')
    expect(() => publishKey(promoted, key('key_3', addSeconds(later, 900)), two)).not.toThrow()
  })

  it('counts a cooldown from the last key that was made, given up or not', () => {
    const cool = { ...policy, cooldownSeconds: 3600 }
    const abandoned = abandonKey(waiting, 'key_2', { overlapSeconds: 0, now: later })
    const at = addSeconds(noon, 3599)
    expect(codeOf(() => publishKey(abandoned, key('key_3', at), cool))).toBe('rotation-cooldown')
    expect(codeOf(() => rotateKeys(rollBackKeys(promoted, { ...rules, now: later }), key('key_3', at), cool))).toBe(
      'rotation-cooldown',
    )
    expect(() => publishKey(abandoned, key('key_3', addSeconds(noon, 3600)), cool)).not.toThrow()
  })

  it.each<[string, SecondRotation, string | null]>([
    ['reject', { kind: 'reject' }, 'rotation-in-progress'],
    ['keep', keep, null],
    ['replace', { kind: 'replace' }, null],
  ])('holds to the contract’s %s while an overlap is open', (_, secondRotation, code) => {
    const run = () => publishKey(promoted, key('key_3', addSeconds(later, 1)), { ...policy, secondRotation })
    if (code === null) expect(run).not.toThrow()
    else expect(codeOf(run)).toBe(code)
  })
})

describe('promoteKey', () => {
  it('lets the published key sign, and counts the overlap from now', () => {
    expect(promoted.published).toBeNull()
    expect(promoted.ring.keys).toEqual([
      { ...key('key_2', noon), publication: { leadSeconds: 600, overlapSeconds: 900, promotedAt: later } },
      { ...first.ring.keys[0], expiresAt: addSeconds(later, 900) },
    ])
  })

  it('never promotes another key than the one that was meant', () => {
    expect(codeOf(() => promoteKey(waiting, 'key_1', later))).toBe('key-changed')
    expect(codeOf(() => promoteKey(promoted, 'key_2', later))).toBe('nothing-published')
  })

  it('ends what `replace` ends once nothing is on its way that it signed, and not before', () => {
    const replacing = { ...policy, secondRotation: { kind: 'replace' } } as const
    const at = addSeconds(later, 1)
    const again = publishKey(promoted, key('key_3', at), replacing)
    expect(idsOf(again, at)).toEqual(['key_2', 'key_3', 'key_1'])
    const replaced = promoteKey(again, 'key_3', at)
    expect(idsOf(replaced, addSeconds(at, 119))).toEqual(['key_3', 'key_2', 'key_1'])
    expect(idsOf(replaced, addSeconds(at, 120))).toEqual(['key_3', 'key_2'])
    const late = promoteKey(again, 'key_3', addSeconds(later, 899))
    expect(late.ring.keys[2]?.expiresAt).toEqual(addSeconds(later, 900))
  })
})

describe('abandonKey', () => {
  it('lets the key sign in lists until its overlap is over', () => {
    const abandoned = abandonKey(waiting, 'key_2', { overlapSeconds: 900, now: later })
    expect(idsOf(abandoned, later)).toEqual(['key_1', 'key_2'])
    expect(idsOf(abandoned, addSeconds(later, 900))).toEqual(['key_1'])
    expect(previousEnd(abandoned.ring, later)).toBeNull()
  })

  it('ends the key at once with 0', () => {
    expect(idsOf(abandonKey(waiting, 'key_2', { overlapSeconds: 0, now: later }), later)).toEqual(['key_1'])
  })
})

describe('rollBackKeys', () => {
  it('is the inverse of a promotion, and waits for somebody', () => {
    const back = rollBackKeys(promoted, { ...rules, now: later })
    expect(back.ring.keys).toEqual(first.ring.keys)
    expect(back.published).toEqual({ ...waiting.published, signing: 'manual' })
    expect(promoteKey(back, 'key_2', later).ring.keys).toEqual(promoted.ring.keys)
  })

  it('rolls back a rotation that signed at once, too', () => {
    const rotated = rotateKeys(first, key('key_2', noon), { ...policy, overlapSeconds: 3600 })
    const back = rollBackKeys(rotated, { ...rules, now: noon })
    expect(idsOf(back, noon)).toEqual(['key_1', 'key_2'])
    expect(back.published).toMatchObject({ signing: 'manual', leadSeconds: 600, overlapSeconds: 900 })
  })

  it('refuses while a key is published, and where none signed before or it is given up', () => {
    const refused = (keys: Keys) => codeOf(() => rollBackKeys(keys, { ...rules, now: later }))
    expect(refused(waiting)).toBe('rotation-in-progress')
    expect(refused(first)).toBe('nothing-to-roll-back')
    expect(refused(abandonKey(waiting, 'key_2', { overlapSeconds: 900, now: later }))).toBe('nothing-to-roll-back')
    expect(refused({ ...promoted, ring: revokePrevious(promoted.ring, later).ring })).toBe('nothing-to-roll-back')
  })

  it('refuses once receivers could let the key before end, unless it is forced', () => {
    const now = addSeconds(later, 291)
    expect(codeOf(() => rollBackKeys(promoted, { ...rules, now }))).toBe('too-late')
    expect(idsOf(rollBackKeys(promoted, { ...rules, forced: true, now }), now)).toEqual(['key_1', 'key_2'])
    expect(() => rollBackKeys(promoted, { ...rules, now: addSeconds(later, 290) })).not.toThrow()
  })
})

describe('rotateKeys while a key is published', () => {
  const next = key('key_3', later)

  it('lets the published key retire with the overlap of the one that signed', () => {
    const rotated = rotateKeys(waiting, next, { ...policy, overlapSeconds: 60 })
    expect(rotated.published).toBeNull()
    expect(idsOf(rotated, later)).toEqual(['key_3', 'key_1', 'key_2'])
    expect(idsOf(rotated, addSeconds(later, 60))).toEqual(['key_3'])
  })

  it('ends everything with an overlap of 0', () => {
    expect(idsOf(rotateKeys(waiting, next, { ...policy, overlapSeconds: 0 }), later)).toEqual(['key_3'])
  })

  it('is not refused for the published key: without room for it, that one ends', () => {
    const two = { ...policy, secondRotation: { kind: 'keep', maximumLiveKeys: 2 } } as const
    expect(idsOf(rotateKeys(waiting, next, two), later)).toEqual(['key_3', 'key_1'])
    const reject = { ...policy, secondRotation: { kind: 'reject' } } as const
    expect(idsOf(rotateKeys(waiting, next, reject), later)).toEqual(['key_3', 'key_1', 'key_2'])
  })
})

describe('publishPolicyOf', () => {
  const nothing = { overlapSeconds: null, ownSecret: null, reason: null, forced: false } as const
  const publish = { signing: 'published', leadSeconds: null } as const

  it.each([
    ['none', tumban, 900],
    ['a day', thesignup, 86_400],
    ['a day by default', keyturn, 86_400],
  ] as const)('takes the greater of 900 seconds and the contract’s overlap: %s', (_, contract, overlapSeconds) => {
    expect(publishPolicyOf(contract, nothing, publish)).toMatchObject({ overlapSeconds, leadSeconds: 600 })
  })

  it.each([0, 599, 604_801, 'endless'] as const)('refuses an overlap of %s', overlapSeconds => {
    expect(codeOf(() => publishPolicyOf(tumban, { ...nothing, overlapSeconds }, publish))).toBe('invalid-request')
  })

  it('takes an overlap of ours at a contract that has none', () => {
    expect(publishPolicyOf(tumban, { ...nothing, overlapSeconds: 600 }, publish).overlapSeconds).toBe(600)
  })
})

describe('keys, whatever is done to them', () => {
  const steps = ['publish', 'promote', 'abandon', 'back', 'rotate', 'revoke'] as const

  it('have one that signs without an end, at most one published, and never more than five live', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...steps), fc.integer({ min: 1, max: 900 })), { maxLength: 30 }),
        all => {
          let keys = first
          let at = noon
          for (const [nth, [name, seconds]] of all.entries()) {
            at = addSeconds(at, seconds)
            keys = applied(keys, name, { at, id: `key_${nth + 10}` })
            const live = liveKeys(keys, at)
            expect(keys.ring.keys[0].expiresAt).toBeNull()
            expect(live[0]).toBe(keys.ring.keys[0])
            expect(live.length).toBeLessThanOrEqual(5)
            expect(new Set(live.map(({ id }) => id)).size).toBe(live.length)
            if (keys.published) expect(isLive(keys.published.key, at)).toBe(true)
          }
        },
      ),
    )
  })

  function applied(keys: Keys, step: (typeof steps)[number], { at, id }: { at: Date; id: string }): Keys {
    const keyId = keys.published?.key.id ?? 'none'
    try {
      switch (step) {
        case 'publish':
          return publishKey(keys, key(id, at), policy)
        case 'promote':
          return promoteKey(keys, keyId, at)
        case 'abandon':
          return abandonKey(keys, keyId, { overlapSeconds: 900, now: at })
        case 'back':
          return rollBackKeys(keys, { ...rules, now: at })
        case 'rotate':
          return rotateKeys(keys, key(id, at), policy)
        case 'revoke':
          return { ...keys, ring: revokePrevious(keys.ring, at).ring }
      }
    } catch (error) {
      if (error instanceof Problem) return keys
      throw error
    }
  }
})
