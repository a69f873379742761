import { describe, expect, it } from '@jest/globals'
import type { StoredDocument } from '../../../src/rotation-hook/document'
import { intentTag } from '../../../src/rotation-hook/intent'
import { detach, type MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import { brambleway } from '../contracts/made-up/brambleway'
import { bedFor, failing, type HookBed, next } from './hook-bed'
import { firstVersion, NOON, secretOf, steps, token, vendorError } from './model'

// A vendor that makes no secret: the hook makes it, stores it, and then gives it.

function stored({ versions }: MemoryRotatedSecret, version: string): StoredDocument {
  return JSON.parse(versions.get(version)?.text ?? 'null') as StoredDocument
}

function secretsIn(secret: MemoryRotatedSecret, version: string): readonly string[] {
  return stored(secret, version).keys.map(key => key.secret)
}

async function allSteps(run: HookBed['run'], version = token): Promise<void> {
  for (const step of steps) await run(step, version)
}

/** Takes the pending rotation away, as an operator who cancels it does. */
function cancel(secret: MemoryRotatedSecret): void {
  detach(secret, 'AWSPENDING')
}

describe('createSecret, where the receiver chooses the secret', () => {
  it('stores one in the contract’s format before the vendor is asked, with the key before for an hour', async () => {
    const { rotatedSecret, vendor, run } = bedFor(brambleway)
    await run('createSecret')
    const { signingSecret, keys } = stored(rotatedSecret, token)
    expect(signingSecret).toMatch(/^[0-9a-f]{64}$/)
    const before = { secret: secretOf(brambleway, 0), expiresAt: new Date(NOON.getTime() + 3_600_000).toISOString() }
    expect(keys).toEqual([
      { id: token, secret: signingSecret, createdAt: NOON.toISOString(), expiresAt: null },
      { id: firstVersion, createdAt: NOON.toISOString(), ...before },
    ])
    expect([vendor.made(), rotatedSecret.tags]).toEqual([0, {}])
  })

  it('keeps the key before for as long as a vendor signs with it, where that is longer', async () => {
    const { rotatedSecret, run } = bedFor({ ...brambleway, overlap: { kind: 'fixed', seconds: 86_400 } })
    await run('createSecret')
    const ends = stored(rotatedSecret, token).keys.map(({ expiresAt }) => expiresAt)
    expect(ends).toEqual([null, new Date(NOON.getTime() + 86_400_000).toISOString()])
  })

  it('leaves the value of a run that was faster', async () => {
    const { rotatedSecret, run } = bedFor(brambleway, ({ rotatedSecret: port }) => ({
      rotatedSecret: {
        ...port,
        putPending: async (id, version, document) => {
          if (rotatedSecret.versions.get(version)?.text === null) await port.putPending(id, version, document)
          return 'differs'
        },
      },
    }))
    await allSteps(run)
    expect(stored(rotatedSecret, token).signingSecret).toMatch(/^[0-9a-f]{64}$/)
  })

  it('holds the secret of a rotation that was given up once the vendor had it, for the vendor signs with it', async () => {
    const { rotatedSecret, vendor, run } = bedFor(brambleway)
    await run('createSecret')
    await run('setSecret')
    const given = vendor.live()[0] ?? ''
    cancel(rotatedSecret)
    rotatedSecret.begin(next)
    await run('createSecret', next)
    expect(secretsIn(rotatedSecret, next)).toEqual([
      stored(rotatedSecret, next).signingSecret,
      given,
      secretOf(brambleway, 0),
    ])
    for (const step of steps.slice(1)) await run(step, next)
    expect(vendor.live()).toEqual([stored(rotatedSecret, next).signingSecret])
    expect(rotatedSecret.tags).toEqual({})
  })

  it('goes without that secret where Secrets Manager has dropped the version', async () => {
    const { rotatedSecret, run } = bedFor(brambleway)
    rotatedSecret.tags[`${intentTag}:gone`] = `${'e'.repeat(32)} 2026-11-20T12:00:00.000Z`
    await allSteps(run)
    expect([secretsIn(rotatedSecret, token).length, rotatedSecret.tags]).toEqual([2, {}])
  })

  it('keeps an older key for as long as it lives', async () => {
    const { rotatedSecret, run } = bedFor(brambleway)
    await allSteps(run)
    rotatedSecret.begin(next)
    await run('createSecret', next)
    expect(secretsIn(rotatedSecret, next)).toHaveLength(3)
  })
})

describe('setSecret, where the receiver chooses the secret', () => {
  it('gives the vendor what is pending, each time the same', async () => {
    const { rotatedSecret, vendor, run } = bedFor(brambleway)
    for (const step of steps) {
      await run(step)
      await run(step)
    }
    expect(vendor.live()).toEqual([stored(rotatedSecret, token).signingSecret])
    expect([vendor.made(), rotatedSecret.tags]).toEqual([1, {}])
  })

  it('tries an unclear answer again within the step', async () => {
    const answers = [vendorError('vendor-timeout', 'maybe', null), vendorError('vendor-error', 'maybe', 503)]
    const { rotatedSecret, vendor, run } = bedFor(brambleway, ({ vendor: port }) => ({
      vendor: {
        ...port,
        give: async secret => {
          await port.give(secret)
          const answer = answers.shift()
          if (answer !== undefined) throw answer
        },
      },
    }))
    await allSteps(run)
    expect([answers, vendor.made()]).toEqual([[], 1])
    expect(vendor.live()).toEqual([stored(rotatedSecret, token).signingSecret])
  })

  it('stops once another rotation has begun, without asking', async () => {
    const { rotatedSecret, vendor, run } = bedFor(brambleway, ({ rotatedSecret: port }) => ({
      rotatedSecret: {
        ...port,
        tag: async (...given) => {
          await port.tag(...given)
          rotatedSecret.begin(next)
        },
      },
    }))
    await run('createSecret')
    await expect(run('setSecret')).rejects.toEqual(failing('not-pending'))
    expect(vendor.live()).toEqual([secretOf(brambleway, 0)])
    expect(Object.values(rotatedSecret.tags)).toEqual([`${token} ${NOON.toISOString()}`])
  })

  it('gives nothing more after an unclear answer once another rotation has begun', async () => {
    let calls = 0
    const { rotatedSecret, run } = bedFor(brambleway, ({ vendor: port }) => ({
      vendor: {
        ...port,
        give: async () => {
          calls += 1
          rotatedSecret.begin(next)
          throw vendorError('vendor-timeout', 'maybe', null)
        },
      },
    }))
    await run('createSecret')
    await expect(run('setSecret')).rejects.toEqual(failing('not-pending'))
    expect(calls).toBe(1)
  })

  it('fails while nothing is stored', async () => {
    const { vendor, run } = bedFor(brambleway)
    await expect(run('setSecret')).rejects.toEqual(failing('nothing-stored'))
    expect(vendor.made()).toBe(0)
  })
})

describe('finishSecret, where the receiver chooses the secret', () => {
  it('takes no intent of the next rotation away when it is repeated', async () => {
    const { rotatedSecret, run } = bedFor(brambleway)
    await allSteps(run)
    rotatedSecret.begin(next)
    await run('createSecret', next)
    await run('setSecret', next)
    await run('finishSecret')
    expect(Object.values(rotatedSecret.tags)).toEqual([`${next} ${NOON.toISOString()} given`])
  })

  it('gives the vendor the secret that it makes current, where no step has', async () => {
    const { rotatedSecret, vendor, run } = bedFor(brambleway)
    await run('createSecret')
    await run('finishSecret')
    expect(vendor.live()).toEqual([stored(rotatedSecret, token).signingSecret])
    expect(rotatedSecret.versions.get(token)?.labels).toContain('AWSCURRENT')
  })

  it('leaves AWSCURRENT where it is while the vendor does not take the secret', async () => {
    const { rotatedSecret, run } = bedFor(brambleway, ({ vendor }) => ({
      vendor: { ...vendor, give: () => Promise.reject(vendorError('vendor-forbids', 'no', 403)) },
    }))
    await run('createSecret')
    await expect(run('setSecret')).rejects.toEqual(failing('vendor-forbids'))
    await expect(run('finishSecret')).rejects.toEqual(failing('vendor-forbids'))
    expect(rotatedSecret.versions.get(firstVersion)?.labels).toEqual(['AWSCURRENT'])
  })
})
