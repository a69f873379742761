import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { applyChange, type ChangeDraft, type NextState } from '../../../src/rotation/change'
import { plannedAt } from '../../../src/rotation/due'
import type { Change, ChangeKind, Endpoint } from '../../../src/rotation/endpoint'
import { eventsOf } from '../../../src/rotation/events'
import type { KeyturnEvent } from '../../../src/rotation/ports'
import { abandonKey, promoteKey, rollBackKeys, rotateKeys } from '../../../src/rotation/published'
import { type Key, revokePrevious } from '../../../src/rotation/ring'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const { settings, settling, ring } = sampleEndpoint()
const [key2, key1] = ring.keys
/** When the retiring key of the sample ends. */
const end = addSeconds(noon, 3601)
const at = addSeconds(noon, 100)

const draft: ChangeDraft = {
  id: 'chg_new',
  kind: 'rotate',
  actor: { kind: 'session', id: 'user_1' },
  reason: 'leaked',
  overlapSeconds: 0,
  idempotency: null,
}

/** Settled up to here, and with every end told that came before noon. */
function settledEndpoint(over: Partial<Endpoint> = {}): Endpoint {
  return sampleEndpoint({ settling: { ...settling, revision: 2, endsToldUntil: noon }, ...over })
}

function publishedEndpoint(): Endpoint {
  const key = keyNamed('key_3')
  return settledEndpoint({ published: { key, signing: 'manual', leadSeconds: 600, overlapSeconds: 900 } })
}

function keyNamed(id: string): Key {
  return { id, sealed: 'Yw==', hint: 'cccc', mask: null, createdAt: at, expiresAt: null }
}

interface Applied extends NextState {
  readonly kind: ChangeKind
  readonly at?: Date
  readonly draft?: Partial<ChangeDraft>
}

/** The events of one change of a settled endpoint. */
function eventsAfter(
  endpoint: Endpoint,
  { kind, at: time = at, draft: over, ...next }: Applied,
): readonly KeyturnEvent[] {
  return eventsOf(applyChange(endpoint, { ...draft, kind, ...over }, next, time), time)
}

function endsAmong(events: readonly KeyturnEvent[]): readonly object[] {
  return events.filter(({ type }) => type === 'secret.expired').map(({ keyId, at: time }) => ({ keyId, at: time }))
}

describe('eventsOf', () => {
  it('gives the changes that are not settled, oldest first', () => {
    const unsettled = sampleEndpoint({ settling: { ...settling, revision: 0 } })
    expect(eventsOf(unsettled, noon).map(event => event.id)).toEqual(['rot_1', 'rot_2'])
    expect(eventsOf(sampleEndpoint(), noon).map(event => event.id)).toEqual(['rot_2'])
    expect(eventsOf(settledEndpoint(), noon)).toEqual([])
  })

  it.each<[ChangeKind, string]>([
    ['create', 'endpoint.created'],
    ['rotate', 'secret.rotated'],
    ['revoke', 'secret.revoked'],
    ['publish', 'secret.published'],
    ['promote', 'secret.promoted'],
    ['abandon', 'secret.abandoned'],
    ['roll-back', 'secret.rolled-back'],
    ['update', 'endpoint.updated'],
    ['delete', 'endpoint.deleted'],
  ])('calls a %s %s', (kind, type) => {
    const change: Change = { ...sampleEndpoint().changes[0], kind }
    expect(eventsOf(sampleEndpoint({ changes: [change] }), noon).map(event => event.type)).toEqual([type])
  })

  it('names the settings that an update changed, without their values', () => {
    const after = { ...settings, url: 'https://b.example/?token=1', consumers: ['111111111111'] }
    const [event] = eventsAfter(settledEndpoint(), { kind: 'update', settings: after })
    expect(event).toMatchObject({ type: 'endpoint.updated', changed: ['url', 'consumers'], actor: draft.actor })
    expect(JSON.stringify(event)).not.toMatch(/b\.example|1111/)
    const [same] = eventsAfter(settledEndpoint(), { kind: 'update', settings })
    expect(same).toMatchObject({ type: 'endpoint.updated', changed: [] })
  })

  it('carries ids, version, time, actor, reason and overlap, and nothing else of the change', () => {
    const { id, keyId, version, at: time, actor, reason, overlapSeconds } = sampleEndpoint().changes[0]
    expect({ reason, overlapSeconds }).toEqual({ reason: 'the old one leaked', overlapSeconds: 3600 })
    const owner = { tenantId: 'org_1', endpointId: 'ep_1', contract: 'keyturn' }
    const told = { id, keyId, version, at: time, actor, reason, overlapSeconds }
    expect(eventsOf(sampleEndpoint(), noon)).toEqual([{ type: 'secret.rotated', ...owner, ...told }])
  })
})

describe('the overlap in an event', () => {
  const published = publishedEndpoint()

  it('is what the key before was left with, by a promotion too', () => {
    const keys = promoteKey(published, 'key_3', at)
    const [event] = eventsAfter(published, { kind: 'promote', ...keys, keyId: 'key_3', overlapSeconds: 900 })
    expect(event).toMatchObject({ type: 'secret.promoted', keyId: 'key_3', overlapSeconds: 900 })
  })

  it('is null where the key before has no end', () => {
    const [event] = eventsAfter(settledEndpoint(), { kind: 'rotate', draft: { overlapSeconds: null } })
    expect(event).toMatchObject({ type: 'secret.rotated', overlapSeconds: null })
  })

  it.each(['create', 'revoke', 'roll-back', 'update', 'delete'] as const)('is absent with a %s', kind => {
    const [event] = eventsAfter(settledEndpoint(), { kind })
    expect(event).not.toHaveProperty('overlapSeconds')
  })
})

describe('a pause by the owner', () => {
  const paused = settledEndpoint({ settings: { ...settings, status: 'paused' } })

  it('is told besides the update that made it, and so is its end', () => {
    const toPaused = eventsAfter(settledEndpoint(), { kind: 'update', settings: paused.settings })
    expect(toPaused.map(({ type, id }) => [type, id])).toEqual([
      ['endpoint.updated', 'chg_new'],
      ['endpoint.paused', 'chg_new-paused'],
    ])
    const toActive = eventsAfter(paused, { kind: 'update', settings })
    expect(toActive.map(({ type, id }) => [type, id])).toEqual([
      ['endpoint.updated', 'chg_new'],
      ['endpoint.resumed', 'chg_new-resumed'],
    ])
  })

  it('is not told by an update of anything else', () => {
    const named = { ...paused.settings, name: 'other' }
    expect(eventsAfter(paused, { kind: 'update', settings: named }).map(({ type }) => type)).toEqual([
      'endpoint.updated',
    ])
  })

  it('by Keyturn that an update ended is told although no setting changed', () => {
    const events = eventsAfter(settledEndpoint(), { kind: 'update', settings, draft: { resumes: true } })
    expect(events.map(({ type }) => type)).toEqual(['endpoint.updated', 'endpoint.resumed'])
  })
})

describe('a key that a change ends', () => {
  const policy = { overlapSeconds: 0, secondRotation: { kind: 'keep', maximumLiveKeys: 5 }, forced: false } as const
  const next = keyNamed('key_4')
  const published = publishedEndpoint()

  it.each([
    ['a revoke', settledEndpoint(), 'revoke', { ring: revokePrevious(ring, at).ring }, ['key_1']],
    [
      'an overlap of 0',
      published,
      'rotate',
      rotateKeys(published, next, { ...policy, cooldownSeconds: 0 }),
      ['key_2', 'key_3', 'key_1'],
    ],
    [
      'a contract that replaces',
      settledEndpoint(),
      'rotate',
      rotateKeys(settledEndpoint(), next, {
        ...policy,
        overlapSeconds: 60,
        secondRotation: { kind: 'replace' },
        cooldownSeconds: 0,
      }),
      ['key_1'],
    ],
    [
      'the limit of live keys',
      published,
      'rotate',
      rotateKeys(published, next, {
        ...policy,
        overlapSeconds: 60,
        secondRotation: { kind: 'keep', maximumLiveKeys: 3 },
        cooldownSeconds: 0,
      }),
      ['key_3'],
    ],
    [
      'an abandon without an overlap',
      published,
      'abandon',
      abandonKey(published, 'key_3', { overlapSeconds: 0, now: at }),
      ['key_3'],
    ],
  ] as const)('by %s is told after it, by the same actor', (_, endpoint, kind, keys, ended) => {
    const events = eventsAfter(endpoint, { kind, ...keys })
    expect(events[0]).toMatchObject({ id: 'chg_new' })
    const ends = events.slice(1)
    expect(ends.map(event => event.keyId).toSorted()).toEqual([...ended].toSorted())
    for (const event of ends) {
      expect(event).toMatchObject({ type: 'secret.expired', at, actor: draft.actor, reason: 'leaked' })
      expect(event.id).toBe(`end_${event.keyId}_${at.getTime()}`)
    }
  })

  it.each([
    ['promotion', published, 'promote', promoteKey(published, 'key_3', at)],
    ['abandon with an overlap', published, 'abandon', abandonKey(published, 'key_3', { overlapSeconds: 60, now: at })],
    [
      'roll-back',
      settledEndpoint(),
      'roll-back',
      rollBackKeys(settledEndpoint(), { overlapSeconds: 900, endsRetiring: false, forced: true, now: at }),
    ],
  ] as const)('is none of a %s, which ends no key', (_, endpoint, kind, keys) => {
    expect(endsAmong(eventsAfter(endpoint, { kind, ...keys }))).toEqual([])
  })

  it('is none of a deletion, which is told as that', () => {
    expect(eventsAfter(published, { kind: 'delete', deleted: true }).map(({ type }) => type)).toEqual([
      'endpoint.deleted',
    ])
  })
})

describe('a key that ends by time', () => {
  it('is told 5 seconds after its end, under the id of key and end, and not again', () => {
    expect(eventsOf(settledEndpoint(), addSeconds(end, 4.999))).toEqual([])
    const [event, ...others] = eventsOf(settledEndpoint(), addSeconds(end, 5))
    expect(others).toEqual([])
    expect(event).toEqual({
      type: 'secret.expired',
      id: `end_key_1_${end.getTime()}`,
      tenantId: 'org_1',
      endpointId: 'ep_1',
      contract: 'keyturn',
      keyId: 'key_1',
      version: 2,
      at: end,
      actor: { kind: 'keyturn', id: 'clock' },
      reason: null,
    })
    const told = settledEndpoint({ settling: { ...settling, revision: 2, endsToldUntil: end } })
    expect(eventsOf(told, addSeconds(end, 5000))).toEqual([])
    expect(plannedAt(told)).toBeNull()
  })

  it('has its time planned', () => {
    expect(plannedAt(settledEndpoint())).toEqual(addSeconds(end, 5))
  })

  it('is told under the same id by the change that drops it before the sweep came by', () => {
    const later = addSeconds(end, 1)
    const revoked = { kind: 'revoke', ring: revokePrevious(ring, later).ring, at: later } as const
    const events = eventsAfter(settledEndpoint(), revoked)
    const [sweeps] = eventsOf(settledEndpoint(), addSeconds(end, 5))
    expect(events[0]).toEqual(sweeps)
    expect(events[1]).toMatchObject({ type: 'secret.revoked' })
  })

  it('is not told by a change that drops it after the sweep came by', () => {
    const told = settledEndpoint({ settling: { ...settling, revision: 2, endsToldUntil: end } })
    const later = addSeconds(end, 60)
    const revoked = { kind: 'revoke', ring: revokePrevious(ring, later).ring, at: later } as const
    expect(endsAmong(eventsAfter(told, revoked))).toEqual([])
  })

  it('is neither told nor planned of an endpoint that was never settled since ends are told', () => {
    const before = sampleEndpoint({ settling: { ...settling, revision: 2 } })
    expect(eventsOf(before, addSeconds(end, 5000))).toEqual([])
    expect(plannedAt(before)).toBeNull()
    const dropped = { kind: 'revoke', ring: revokePrevious(ring, addSeconds(end, 60)).ring } as const
    expect(endsAmong(eventsAfter(before, { ...dropped, at: addSeconds(end, 60) }))).toEqual([])
  })

  it('is not told of a deleted endpoint', () => {
    const deleted = settledEndpoint({ deletedAt: at })
    expect(eventsOf(deleted, addSeconds(end, 5000))).toEqual([])
  })

  it('stands among the events by its time', () => {
    const change: Change = { ...sampleEndpoint().changes[0], at: addSeconds(end, 60) }
    const both = sampleEndpoint({ changes: [change], settling: { ...settling, endsToldUntil: noon } })
    expect(eventsOf(both, addSeconds(end, 60)).map(({ type }) => type)).toEqual(['secret.expired', 'secret.rotated'])
  })

  it('counts as long past where its end cannot be read', () => {
    const unreadable = settledEndpoint({ ring: { ...ring, keys: [key2, { ...key1, expiresAt: new Date(0) } as Key] } })
    expect(eventsOf(unreadable, addSeconds(end, 5000))).toEqual([])
  })
})
