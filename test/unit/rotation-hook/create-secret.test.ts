import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { Secret } from '../../../src/core/secret'
import { intentTag } from '../../../src/rotation-hook/intent'
import type { RotatedSecret } from '../../../src/rotation-hook/ports'
import { bedFor, failing, type HookBed, next, replacing } from './hook-bed'
import { firstVersion, NOON, secretOf, steps, token, vendorError } from './model'

const earlier = 'e'.repeat(32)

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
        reveal: async () => ({
          ...(await port.rotate('shown', () => undefined)),
          secret: new Secret(secretOf(storno, 5)),
        }),
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
    const all = async (run: HookBed['run']): Promise<void> => {
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
        reveal: async () => ({
          ...(await port.rotate('shown', () => undefined)),
          secret: new Secret(secretOf(storno, 0)),
        }),
      },
    }))
    rotatedSecret.versions.set(firstVersion, { text: '{"to":"be rotated"}', labels: ['AWSCURRENT'] })
    rotatedSecret.tags[intentTag] = `${token} 2026-11-21T11:00:00.000Z`
    await run('createSecret')
    expect(rotatedSecret.versions.get(token)?.text).toContain(secretOf(storno, 1))
    expect(vendor.made()).toBe(1)
  })

  it.each([storno, teambattles])(
    'fails while $name answers with the secret of before, and keeps its intent',
    async contract => {
      for (const before of [secretOf(contract, 0), secretOf(contract, 8)]) {
        let isStale = true
        const { rotatedSecret, run } = bedFor(contract, ({ vendor: port }) => ({
          vendor: {
            ...port,
            rotate: async (key, sending) => {
              const rotated = await port.rotate(key, sending)
              return isStale ? { ...rotated, secret: new Secret(before) } : rotated
            },
          },
        }))
        const older = { id: 'k', secret: secretOf(contract, 8), createdAt: NOON.toISOString(), expiresAt: null }
        const document = { endpointId: 'e', tenantId: 't', version: 1, signingSecret: secretOf(contract, 0) }
        const keys = [{ ...older, secret: document.signingSecret }, older]
        rotatedSecret.versions.set(firstVersion, {
          text: JSON.stringify({ ...document, keys }),
          labels: ['AWSCURRENT'],
        })
        await expect(run('createSecret')).rejects.toEqual(failing('vendor-secret-unchanged'))
        expect([rotatedSecret.versions.get(token)?.text, Object.keys(rotatedSecret.tags).length]).toEqual([null, 1])
        isStale = false
        for (const step of steps) await run(step)
        expect(rotatedSecret.versions.get(token)?.text).toContain(secretOf(contract, 2))
        expect(rotatedSecret.tags).toEqual({})
      }
    },
  )

  it('does not take what a vendor shows for the lost secret while receivers have a placeholder', async () => {
    const { rotatedSecret, run } = bedFor(storno, ({ vendor: port }) => ({
      vendor: {
        ...port,
        reveal: async () => ({
          ...(await port.rotate('shown', () => undefined)),
          secret: new Secret(secretOf(storno, 0)),
        }),
      },
    }))
    rotatedSecret.versions.set(firstVersion, { text: 'PLACEHOLDER', labels: ['AWSCURRENT'] })
    rotatedSecret.tags[intentTag] = `${token} 2026-11-21T11:00:00.000Z`
    await run('createSecret')
    expect(rotatedSecret.versions.get(token)?.text).toContain(secretOf(storno, 1))
  })

  it('fails when the version was stored meanwhile with another value', async () => {
    const { run } = bedFor(storno, ({ rotatedSecret }) => ({
      rotatedSecret: { ...rotatedSecret, putPending: async () => 'differs' },
    }))
    await expect(run('createSecret')).rejects.toEqual(failing('another-value'))
  })
})
