import { createHash } from 'node:crypto'
import type { Secret } from '../core/secret'
import type { SealContext, Sealer } from '../rotation/ports'
import type { Key } from '../rotation/ring'

export const openedKeySeconds = 300
export const openedKeyCapacity = 1000

/** Opens a key of an endpoint. Which keys are live is the ring's to say, never this cache's. */
export type OpenKey = (key: Key, owner: Omit<SealContext, 'keyId'>) => Promise<Secret>

interface Opened {
  readonly secret: Promise<Secret>
  readonly until: number
}

/**
 * Opens keys with the sealer and keeps what was opened for 5 minutes, the newest 1,000; each time that a key is asked
 * for, all that are over are dropped. An entry is found by a hash of the ciphertext and all that it is bound to, so a
 * ciphertext under another context is never answered from here.
 */
export function openedKeyCache(sealer: Pick<Sealer, 'open'>, now: () => Date): OpenKey {
  const kept = new Map<string, Opened>()
  return (key, owner) => {
    const context = { ...owner, keyId: key.id }
    const hash = createHash('sha256')
      .update(JSON.stringify([context.tenantId, context.endpointId, context.keyId, key.sealed]))
      .digest('base64')
    const time = now().getTime()
    dropOver(kept, time)
    const known = kept.get(hash)
    if (known) return known.secret
    const opened = { secret: sealer.open(key.sealed, context), until: time + openedKeySeconds * 1000 }
    keep(kept, hash, opened)
    opened.secret.catch(() => kept.get(hash) === opened && kept.delete(hash))
    return opened.secret
  }
}

/** All of them are looked at: a clock that was set back leaves later ends before earlier ones. */
function dropOver(kept: Map<string, Opened>, time: number): void {
  for (const [hash, { until }] of kept) if (time >= until) kept.delete(hash)
}

/** Map keeps the order of insertion: the first is the oldest. */
function keep(kept: Map<string, Opened>, hash: string, opened: Opened): void {
  kept.delete(hash)
  kept.set(hash, opened)
  const [oldest] = kept.keys()
  if (kept.size > openedKeyCapacity && oldest !== undefined) kept.delete(oldest)
}
