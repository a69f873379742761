import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { teambattles } from '../../../src/contracts/teambattles'
import { utf8Text } from '../../../src/verify'
import { bedFor } from './hook-bed'
import { firstVersion, type Logged, NOON, secretOf, token } from './model'

// What the hook keeps of the version before verifies deliveries through the overlap, so it must be the vendor's.

interface Kept {
  /** The secrets of the new document, newest first. */
  readonly secrets: readonly string[]
  /** When each ends. */
  readonly ends: readonly (string | null)[]
  readonly logged: readonly Logged[]
}

async function keptOf(contract: Contract, text: string): Promise<Kept> {
  const logged: Logged[] = []
  const { rotatedSecret, run } = bedFor(contract, ({ log }) => ({
    log: { ...log, info: (message, fields) => void logged.push({ level: 'info', message, fields }) },
  }))
  rotatedSecret.versions.set(firstVersion, { text, labels: ['AWSCURRENT'] })
  await run('createSecret')
  const stored = JSON.parse(rotatedSecret.versions.get(token)?.text ?? '') as {
    readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
  }
  return {
    secrets: stored.keys.map(({ secret }) => secret),
    ends: stored.keys.map(({ expiresAt }) => expiresAt),
    logged: logged.filter(({ message }) => message === 'a key before is not kept'),
  }
}

/** A contract without a prefix: any base64 could be its secret. */
const bare: Contract = {
  ...teambattles,
  secret: { prefix: '', encoding: 'base64', bytes: 32 },
  signing: { ...teambattles.signing, keyBytes: { encoding: 'base64', prefix: '' } },
}
const asText: Contract = { ...teambattles, signing: { ...teambattles.signing, keyBytes: utf8Text } }
const later = new Date(NOON.getTime() + 86_400_000).toISOString()
const soon = new Date(NOON.getTime() + 60_000).toISOString()
const before = new Date(NOON.getTime() - 1).toISOString()

const newKey = secretOf(teambattles, 1)
const oldKey = secretOf(teambattles, 0)

function documentOf(...keys: readonly unknown[]): string {
  const about = { endpointId: 'endpoint-1', tenantId: 'tenant-1', version: 3, signingSecret: oldKey }
  return JSON.stringify({ ...about, keys })
}

function keyOf(secret: unknown, expiresAt: string | null = null): object {
  return { id: 'key', secret, createdAt: NOON.toISOString(), expiresAt }
}

describe('the key before', () => {
  it.each<[string, string, Contract]>([
    ['secret-malformed', 'PLACEHOLDER', teambattles],
    ['secret-malformed', 'whsec_', teambattles],
    ['secret-malformed', 'whsec_not base64!', teambattles],
    ['secret-malformed', 'changeme', teambattles],
    ['secret-length', 'whsec_changeme', teambattles],
    ['secret-length', 'changeme', bare],
    ['secret-length', secretOf({ ...bare, secret: { ...bare.secret, bytes: 31 } }, 0), bare],
    ['secret-with-whitespace', `${oldKey}\n`, teambattles],
    ['secret-with-whitespace', `${oldKey}\n`, asText],
    ['secret-with-whitespace', `\ufeff${secretOf(bare, 0)}`, bare],
  ])('is dropped and logged as %s, without its value: %j', async (code, text, contract) => {
    for (const stored of [text, documentOf(keyOf(text))]) {
      const { secrets, logged } = await keptOf(contract, stored)
      expect(secrets).toEqual([secretOf(contract, 1)])
      expect(logged.map(({ fields }) => fields['code'])).toEqual([code])
      expect(JSON.stringify(logged)).not.toContain(text.trim())
    }
  })

  it('is kept when the vendor may have made it, or a caller may have brought it', async () => {
    expect(await keptOf(teambattles, oldKey)).toMatchObject({ secrets: [newKey, oldKey], logged: [] })
    const brought = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    expect((await keptOf(keyturn, brought)).secrets).toEqual([secretOf(keyturn, 1), brought])
    expect((await keptOf(teambattles, brought)).secrets).toEqual([newKey])
  })

  it('is read out of a document with a byte order mark', async () => {
    expect((await keptOf(teambattles, `\ufeff${documentOf(keyOf(oldKey))}`)).secrets).toEqual([newKey, oldKey])
  })

  it('never lends its end to an older key that ends by itself', async () => {
    const older = keyOf(secretOf(teambattles, 5), soon)
    for (const bad of [keyOf('PLACEHOLDER'), keyOf(7), 'whsec_', null]) {
      const { secrets, ends } = await keptOf(teambattles, documentOf(bad, older, keyOf('whsec_changeme', soon)))
      expect([secrets, ends]).toEqual([
        [newKey, secretOf(teambattles, 5)],
        [null, soon],
      ])
    }
    const { logged } = await keptOf(teambattles, documentOf(keyOf(7), null, older))
    expect(logged.map(({ fields }) => fields)).toEqual([
      { contract: 'teambattles', code: 'secret-malformed', count: 2 },
    ])
    const ended = await keptOf(teambattles, documentOf(null, keyOf(secretOf(teambattles, 5), before)))
    expect(ended.secrets).toEqual([newKey])
  })

  it('stays beside one that is dropped', async () => {
    const { secrets, ends } = await keptOf(teambattles, documentOf(keyOf(oldKey), keyOf('whsec_changeme', soon)))
    expect([secrets, ends]).toEqual([
      [newKey, oldKey],
      [null, later],
    ])
  })
})
