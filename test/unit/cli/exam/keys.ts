import { randomBytes } from 'node:crypto'
import type { Contract } from '../../../../src/contracts/contract'
import { newText } from '../../../../src/contracts/secret-text'
import { whsec } from '../../verify/secrets'

// What a receiver under test holds, as its mirror has it: two live keys, and one that ended an hour ago.

export interface TestKey {
  readonly secret: string
  readonly expiresAt: Date | null
}

const hourMs = 60 * 60 * 1000

/** Newest first. */
export function ringOf([newest, older, ended]: readonly [string, string, string]): readonly TestKey[] {
  return [
    { secret: newest, expiresAt: null },
    { secret: older, expiresAt: new Date(Date.now() + hourMs) },
    { secret: ended, expiresAt: new Date(Date.now() - hourMs) },
  ]
}

/** In the format of the contract: newest, older, ended. */
export function ringOfContract({ secret }: Contract): readonly TestKey[] {
  const made = (): string => newText(secret, randomBytes)
  return ringOf([made(), made(), made()])
}

/** The mirror's document of the keys. */
export function documentOf(keys: readonly TestKey[], tenantId?: string): string {
  return JSON.stringify({
    endpointId: 'ep_1',
    tenantId,
    version: keys.length,
    signingSecret: keys[0]?.secret,
    keys: keys.map(({ secret, expiresAt }, index) => ({ id: `key_${index}`, secret, createdAt: '', expiresAt })),
  })
}

export function liveSecrets(keys: readonly TestKey[]): readonly string[] {
  return keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > new Date()).map(({ secret }) => secret)
}

export const standardRing = ringOf([whsec(3), whsec(2), whsec(1)])
/** Of another endpoint. */
export const otherSecret = whsec(7)
