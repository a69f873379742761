import type { RotationRecord, Ring, RingKey } from '../../../src/portal/key-ring'

// Rings and records as the API gives them, around one moment.

export const noon = new Date('2026-11-30T12:00:00.000Z')

/** So many minutes after noon. */
export function at(minutes: number): string {
  return new Date(noon.getTime() + minutes * 60_000).toISOString()
}

/** Minutes from noon. */
export function minutes(time: Date | null | undefined): number | null {
  return time === null || time === undefined ? null : (time.getTime() - noon.getTime()) / 60_000
}

export function key(id: string, createdAt: number, given: Partial<RingKey> = {}): RingKey {
  return {
    id,
    createdAt: at(createdAt),
    expiresAt: null,
    state: 'signing',
    hint: id.slice(-4),
    signsFrom: null,
    proof: null,
    ...given,
  }
}

export function ring(...keys: readonly RingKey[]): Ring {
  return {
    revision: 7,
    signingKeyId: keys.find(({ state }) => state === 'signing')?.id ?? '',
    keys,
    mirror: { state: 'current', name: 'keyturn/local/acme/ep_1', error: null },
  }
}

export function record(
  kind: RotationRecord['kind'],
  keyId: string,
  minute: number,
  overlapSeconds: RotationRecord['overlapSeconds'] = 0,
): RotationRecord {
  return {
    id: `chg_${kind}_${minute}`,
    kind,
    keyId,
    at: at(minute),
    overlapSeconds,
    actor: { kind: 'portal', id: 'u' },
    reason: null,
  }
}
