import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { oldstay } from '../contracts/made-up/oldstay'
import { bedFor, next } from './hook-bed'
import { firstVersion, NOON, secretOf, steps, token } from './model'

interface Key {
  readonly secret: string
  readonly expiresAt: string | null
}

/** The keys of the document after two rotations at a vendor whose reply shows this of the key before. */
async function keysAfterTwo(contract: Contract, previousExpiresAt: null | undefined): Promise<readonly Key[]> {
  const { rotatedSecret, run } = bedFor(contract, ({ vendor }) => ({
    vendor: {
      ...vendor,
      rotate: async (key, sending) => ({ ...(await vendor.rotate(key, sending)), previousExpiresAt }),
    },
  }))
  for (const step of steps) await run(step)
  rotatedSecret.begin(next)
  await run('createSecret', next)
  expect(rotatedSecret.versions.has(token)).toBe(true)
  return (JSON.parse(rotatedSecret.versions.get(next)?.text ?? '') as { readonly keys: readonly Key[] }).keys
}

describe('a vendor whose keys before work until they are revoked', () => {
  it.each([null, undefined])(
    'keeps all of them in the document without an end, where the reply shows %s',
    async shown => {
      expect(await keysAfterTwo(oldstay, shown)).toMatchObject([
        { secret: secretOf(oldstay, 2), expiresAt: null },
        { secret: secretOf(oldstay, 1), expiresAt: null },
        { secret: secretOf(oldstay, 0), expiresAt: null },
      ])
    },
  )

  it('keeps the last two where a second rotation replaces the older one', async () => {
    const replacing: Contract = { ...oldstay, secondRotation: { kind: 'replace' } }
    expect((await keysAfterTwo(replacing, undefined)).map(({ secret }) => secret)).toEqual([
      secretOf(oldstay, 2),
      secretOf(oldstay, 1),
    ])
  })
})

describe('a vendor whose rotation without an overlap ends the current key alone', () => {
  it('keeps those that are retiring already in the document, and not the one that it ends', async () => {
    const contract: Contract = {
      ...oldstay,
      overlap: { kind: 'chosen', field: 'keep', unit: 'seconds', defaultSeconds: 0, maximumSeconds: 60 },
      secondRotation: { kind: 'keep', maximumLiveKeys: 5, immediateEnds: 'current' },
    }
    const { rotatedSecret, run } = bedFor(contract, ({ vendor }) => ({
      vendor: {
        ...vendor,
        rotate: async (key, sending) => ({ ...(await vendor.rotate(key, sending)), previousExpiresAt: undefined }),
      },
    }))
    const [current, retiring] = [secretOf(contract, 8), secretOf(contract, 9)]
    const createdAt = NOON.toISOString()
    const keys = [
      { id: 'k2', secret: current, createdAt, expiresAt: null },
      { id: 'k1', secret: retiring, createdAt, expiresAt: new Date(NOON.getTime() + 1000).toISOString() },
    ]
    const document = { endpointId: 'e', tenantId: 't', version: 2, signingSecret: current, keys }
    rotatedSecret.versions.set(firstVersion, { text: JSON.stringify(document), labels: ['AWSCURRENT'] })
    await run('createSecret')
    const stored = JSON.parse(rotatedSecret.versions.get(token)?.text ?? '') as { readonly keys: readonly Key[] }
    expect(stored.keys.map(({ secret }) => secret)).toEqual([secretOf(contract, 1), retiring])
  })
})
