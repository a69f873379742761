import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { Secret } from '../../../src/core/secret'
import { intentTag } from '../../../src/rotation-hook/intent'
import { defaultLostReplyRule, type HookDeps, type RotatedSecret } from '../../../src/rotation-hook/ports'
import { rotationHook } from '../../../src/rotation-hook/rotation-hook'
import { parseCredential } from '../../../src/rotation-hook/vendor-request'
import type { MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import {
  event,
  firstVersion,
  modelDeps,
  modelSecret,
  modelVendor,
  type ModelVendor,
  NOON,
  secretOf,
  steps,
  token,
  vendorError,
} from './model'

interface Stage {
  readonly rotatedSecret: MemoryRotatedSecret
  readonly vendor: ModelVendor
  readonly run: (step: string, version?: string) => Promise<void>
}

function bedFor(contract: Contract, change: (deps: HookDeps) => Partial<HookDeps> = () => ({})): Stage {
  const rotatedSecret = modelSecret(secretOf(contract, 0))
  const vendor = modelVendor(contract)
  const deps = modelDeps({ contract, rotatedSecret, vendor })
  const hook = rotationHook({ ...deps, ...change(deps) })
  rotatedSecret.begin(token)
  return { rotatedSecret, vendor, run: (step, version = token) => hook(event(step, version)) }
}

const replacing: Contract = { ...thesignup, secondRotation: { kind: 'replace' } }
const earlier = 'e'.repeat(32)
const next = 'b'.repeat(32)

/** The secret, where another run comes between before the nth call of the first. */
function slowAt(nth: number, rotatedSecret: RotatedSecret, between: () => Promise<void>): RotatedSecret {
  let calls = 0
  const slow = async <Reply>(call: () => Promise<Reply>): Promise<Reply> => {
    if (calls++ === nth) await between().catch(() => undefined)
    return call()
  }
  return {
    describe: id => slow(() => rotatedSecret.describe(id)),
    read: (id, version) => slow(() => rotatedSecret.read(id, version)),
    putPending: (id, version, document) => slow(() => rotatedSecret.putPending(id, version, document)),
    moveCurrent: (id, move) => slow(() => rotatedSecret.moveCurrent(id, move)),
    tag: (id, name, value) => slow(() => rotatedSecret.tag(id, name, value)),
    untag: (id, name) => slow(() => rotatedSecret.untag(id, name)),
  }
}

const failing = (code: string) => expect.objectContaining({ code })

describe('the guards', () => {
  it.each([
    {},
    null,
    { Step: 'rotate' },
    { ...event('createSecret'), ClientRequestToken: 'short' },
    event('drop_secret'),
  ])('refuse %p, which is no event of a rotation', async given => {
    const rotatedSecret = modelSecret('x')
    const hook = rotationHook(modelDeps({ contract: storno, rotatedSecret, vendor: modelVendor(storno) }))
    await expect(hook(given)).rejects.toEqual(failing('bad-event'))
  })

  it('refuse a version that is not pending, a secret without AWSCURRENT, and one whose rotation is off', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    await expect(run('createSecret', 'f'.repeat(32))).rejects.toEqual(failing('not-pending'))
    rotatedSecret.versions.set(firstVersion, { text: 'x', labels: [] })
    await expect(run('createSecret')).rejects.toEqual(failing('no-current-version'))
    const off = bedFor(storno, ({ rotatedSecret: secret }) => ({
      rotatedSecret: { ...secret, describe: async id => ({ ...(await secret.describe(id)), rotationEnabled: false }) },
    }))
    await expect(off.run('createSecret')).rejects.toEqual(failing('rotation-off'))
    expect(off.vendor.made()).toBe(0)
  })

  it('take both spellings of the steps', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    for (const step of ['create_secret', 'set_secret', 'test_secret', 'finish_secret']) await run(step)
    expect(rotatedSecret.versions.get(token)?.labels).toContain('AWSCURRENT')
  })

  it('leave a version alone that is current already', async () => {
    const { vendor, run } = bedFor(storno)
    for (const step of [...steps, ...steps]) await run(step)
    expect(vendor.made()).toBe(1)
  })
})

describe('createSecret', () => {
  it('stores the mirror’s document, with the key before where the contract has an overlap', async () => {
    const { rotatedSecret, run } = bedFor(teambattles)
    await run('createSecret')
    const later = new Date(NOON.getTime() + 86_400_000).toISOString()
    expect(JSON.parse(rotatedSecret.versions.get(token)?.text ?? '')).toEqual({
      endpointId: 'endpoint-1',
      tenantId: 'tenant-1',
      version: 2,
      signingSecret: secretOf(teambattles, 1),
      keys: [
        { id: token, secret: secretOf(teambattles, 1), createdAt: NOON.toISOString(), expiresAt: null },
        { id: firstVersion, secret: secretOf(teambattles, 0), createdAt: NOON.toISOString(), expiresAt: later },
      ],
    })
  })

  it('keeps older keys for as long as they live, and none where the vendor ends them at once', async () => {
    const two = async (contract: Contract): Promise<number> => {
      const { rotatedSecret, run } = bedFor(contract)
      for (const step of steps) await run(step)
      rotatedSecret.begin(next)
      await run('createSecret', next)
      return (JSON.parse(rotatedSecret.versions.get(next)?.text ?? '') as { keys: unknown[] }).keys.length
    }
    expect([await two(teambattles), await two(storno)]).toEqual([3, 1])
  })

  it('takes JSON that is no document, as it may stand there before the first rotation, for no key', async () => {
    const { rotatedSecret, run } = bedFor(teambattles)
    rotatedSecret.versions.set(firstVersion, { text: '{"to":"be rotated"}', labels: ['AWSCURRENT'] })
    await run('createSecret')
    expect(JSON.parse(rotatedSecret.versions.get(token)?.text ?? '')).toMatchObject({
      version: 1,
      keys: [{ id: token }],
    })
  })

  it('takes the secret from a vendor that shows it again, instead of making another', async () => {
    const { rotatedSecret, vendor, run } = bedFor(storno, ({ vendor: port }) => ({
      vendor: {
        ...port,
        reveal: async () => ({ ...(await port.rotate('shown')), secret: new Secret(secretOf(storno, 5)) }),
      },
      lostReply: 'stop-and-alarm',
    }))
    rotatedSecret.tags[intentTag] = `${token} 2026-11-21T11:00:00.000Z`
    await run('createSecret')
    expect(rotatedSecret.versions.get(token)?.text).toContain(secretOf(storno, 5))
    expect(vendor.made()).toBe(1)
  })

  it('stops where the rule says so and an older version’s intent has no value', async () => {
    const { rotatedSecret, vendor, run } = bedFor(storno, () => ({ lostReply: 'stop-and-alarm' }))
    rotatedSecret.tags[intentTag] = `${earlier} 2026-11-20T12:00:00.000Z`
    await expect(run('createSecret')).rejects.toEqual(failing('lost-reply'))
    expect(vendor.made()).toBe(0)
  })

  it.each(['AWSCURRENT', 'AWSPREVIOUS'])('goes on when the version that an intent names has %s', async label => {
    const { rotatedSecret, vendor, run } = bedFor(storno, () => ({ lostReply: 'stop-and-alarm' }))
    const named = label === 'AWSCURRENT' ? firstVersion : earlier
    if (named === earlier) rotatedSecret.versions.set(earlier, { text: 'x', labels: [label] })
    rotatedSecret.tags[intentTag] = `${named} 2026-11-20T12:00:00.000Z`
    await run('createSecret')
    expect(vendor.made()).toBe(1)
  })

  it('stops where the rule says so and an older version has its value but was never current', async () => {
    const { rotatedSecret, vendor, run } = bedFor(replacing)
    await run('createSecret')
    rotatedSecret.begin(next)
    await expect(run('createSecret', next)).rejects.toEqual(failing('lost-reply'))
    expect(vendor.live()).toContain(secretOf(replacing, 0))
  })

  it('stops for another version at a vendor that replays as well, where the rule says so', async () => {
    const { rotatedSecret, vendor, run } = bedFor({ ...replacing, vendorReplays: true })
    await run('createSecret')
    await run('createSecret')
    rotatedSecret.begin(next)
    await expect(run('createSecret', next)).rejects.toEqual(failing('lost-reply'))
    expect(vendor.live()).toContain(secretOf(replacing, 0))
  })

  it('keeps its intent at a vendor that replays when an earlier call may have made the secret', async () => {
    const answers = [vendorError('vendor-timeout', 'maybe', null), vendorError('vendor-rate-limited', 'no', 429)]
    const { rotatedSecret, run } = bedFor({ ...replacing, vendorReplays: true }, ({ vendor }) => ({
      vendor: { ...vendor, rotate: () => Promise.reject(answers.shift() ?? new Error('asked too often')) },
    }))
    await expect(run('createSecret')).rejects.toEqual(failing('vendor-rate-limited'))
    expect(Object.keys(rotatedSecret.tags)).toHaveLength(1)
  })

  it('makes one secret of two runs at once where the rule is to stop, whichever is slower', async () => {
    for (const slow of [0, 1, 2, 3, 4, 5]) {
      const { vendor, rotatedSecret, run } = bedFor(replacing, deps => ({
        rotatedSecret: slowAt(slow, deps.rotatedSecret, () => run('createSecret')),
      }))
      await run('createSecret').catch(() => undefined)
      expect(vendor.made()).toBeLessThanOrEqual(1)
      expect(rotatedSecret.versions.get(token)?.text === null).toBe(vendor.made() === 0)
    }
  })

  it('asks for nothing once another run has made its version current, where the rule is to stop', async () => {
    const all = async (run: Stage['run']): Promise<void> => {
      for (const step of steps) await run(step)
    }
    const { vendor, rotatedSecret, run } = bedFor(replacing, deps => ({
      rotatedSecret: slowAt(3, deps.rotatedSecret, () => all(run)),
    }))
    await expect(run('createSecret')).rejects.toEqual(failing('current-moved'))
    expect(vendor.made()).toBe(1)
    expect(rotatedSecret.tags).toEqual({})
  })

  it('does not take what a vendor shows for the lost secret while receivers have none to tell it from', async () => {
    const { rotatedSecret, vendor, run } = bedFor(storno, ({ vendor: port }) => ({
      vendor: {
        ...port,
        reveal: async () => ({ ...(await port.rotate('shown')), secret: new Secret(secretOf(storno, 0)) }),
      },
    }))
    rotatedSecret.versions.set(firstVersion, { text: '{"to":"be rotated"}', labels: ['AWSCURRENT'] })
    rotatedSecret.tags[intentTag] = `${token} 2026-11-21T11:00:00.000Z`
    await run('createSecret')
    expect(rotatedSecret.versions.get(token)?.text).toContain(secretOf(storno, 1))
    expect(vendor.made()).toBe(1)
  })

  it('fails when the version was stored meanwhile with another value', async () => {
    const { run } = bedFor(storno, ({ rotatedSecret }) => ({
      rotatedSecret: { ...rotatedSecret, putPending: async () => 'differs' },
    }))
    await expect(run('createSecret')).rejects.toEqual(failing('another-value'))
  })
})

describe('testSecret', () => {
  it('passes without a pending value, as with a rotation that does not begin at once', async () => {
    await bedFor(storno).run('testSecret')
  })

  it('refuses a secret that is none of the contract’s', async () => {
    const { rotatedSecret, run } = bedFor(thesignup)
    for (const text of ['whsec_', 'sec_AAAA', 'whsec_not base64!']) {
      rotatedSecret.versions.set(token, { text, labels: ['AWSPENDING'] })
      await expect(run('testSecret')).rejects.toEqual(failing('secret-malformed'))
    }
  })

  it('takes a secret of another length than Keyturn’s own', async () => {
    const { rotatedSecret, run } = bedFor(thesignup, ({ vendor }) => ({
      vendor: { ...vendor, look: async () => null },
    }))
    rotatedSecret.versions.set(token, { text: 'whsec_c2hvcnRlcg==', labels: ['AWSPENDING'] })
    await run('testSecret')
  })

  it('refuses a secret other than the one that the vendor shows a hint or a mask of', async () => {
    const shown = (look: { hint: string | null; mask: string | null }) =>
      bedFor(storno, ({ vendor }) => ({ vendor: { ...vendor, look: async () => look } }))
    const checked = async (stage: Stage): Promise<void> => {
      await stage.run('createSecret')
      await stage.run('testSecret')
    }
    await checked(shown({ hint: secretOf(storno, 1).slice(-4), mask: null }))
    await checked(shown({ hint: null, mask: `whsec_${'•'.repeat(24)}` }))
    await expect(checked(shown({ hint: '....', mask: null }))).rejects.toEqual(failing('secret-differs'))
    await expect(checked(shown({ hint: null, mask: 'whsec_' }))).rejects.toEqual(failing('secret-differs'))
  })
})

describe('finishSecret', () => {
  it('leaves the intents of a later rotation alone when it runs once more', async () => {
    const { rotatedSecret, run } = bedFor(replacing)
    for (const step of steps) await run(step)
    rotatedSecret.begin(next)
    rotatedSecret.tags[`${intentTag}:later`] = `${next} 2026-11-21T12:00:00.000Z`
    await run('finishSecret')
    expect(Object.keys(rotatedSecret.tags)).toEqual([`${intentTag}:later`])
  })

  it('moves nothing before there is a value, or when another version became current', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    await expect(run('finishSecret')).rejects.toEqual(failing('nothing-stored'))
    expect(rotatedSecret.versions.get(firstVersion)?.labels).toContain('AWSCURRENT')
    const raced = bedFor(storno, ({ rotatedSecret: secret }) => ({
      rotatedSecret: { ...secret, moveCurrent: async () => 'mismatch' },
    }))
    await raced.run('createSecret')
    await expect(raced.run('finishSecret')).rejects.toEqual(failing('current-moved'))
  })
})

describe('the rule for a lost reply', () => {
  it('stops by default only where a second rotation ends a key that is still good', () => {
    expect([storno, thesignup, keyturn].map(defaultLostReplyRule)).toEqual(Array(3).fill('rotate-again'))
    expect(defaultLostReplyRule({ ...thesignup, secondRotation: { kind: 'replace' } })).toBe('stop-and-alarm')
    expect(defaultLostReplyRule({ ...thesignup, secondRotation: { kind: 'reject' } })).toBe('rotate-again')
  })
})

describe('the credential', () => {
  it('is the text, or the token of a JSON object', () => {
    expect(parseCredential('abc\n').reveal()).toBe('abc')
    expect(parseCredential('{"token":"abc"}').reveal()).toBe('abc')
    for (const text of ['', 'a b', '{}', '{"token":1}', '{', 'a\r\nx: y']) {
      expect(() => parseCredential(text)).toThrow(failing('no-credentials'))
    }
  })
})
