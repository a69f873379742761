import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { Exchange, PortalEnding, PortalSession, PortalSessionStore } from '../../../src/access/portal-session'
import type { PortalRecord } from '../../../src/access/tenant-record'
import { addSeconds } from '../../../src/core/instant'
import { noon } from './sample-endpoint'

export interface RunningPortalSessionStore {
  readonly store: PortalSessionStore
  /** What was recorded of a tenant, in its order. */
  recordsOf(tenantId: string): Promise<readonly PortalRecord[]>
  close(): Promise<void>
}

/** A portal session named by a letter. */
export function samplePortalSession(letter: string, over: Partial<PortalSession> = {}): PortalSession {
  return {
    id: `ps_${letter.repeat(24)}`,
    tenantId: 'acme',
    subject: 'user-7',
    displayName: null,
    scopes: ['read', 'rotate'],
    endpointIds: null,
    parentOrigins: [],
    authenticatedAt: null,
    returnUrl: null,
    locale: null,
    theme: null,
    via: { id: 'key_1', sha256: 'a'.repeat(64) },
    createdAt: noon,
    expiresAt: addSeconds(noon, 900),
    codeSha256: letter.repeat(64),
    exchange: null,
    ...over,
  }
}

const full: Partial<PortalSession> = {
  displayName: 'Ada',
  endpointIds: ['ep_1'],
  parentOrigins: ['https://app.example'],
  authenticatedAt: noon,
  returnUrl: 'https://app.example/back',
  locale: 'de-AT',
  theme: 'dark',
}

const ending: PortalEnding = { id: 'end_1', at: addSeconds(noon, 60), by: { kind: 'api-key', id: 'key_2' } }

const exchange: Exchange = { nonceSha256: 'b'.repeat(64), tokenSha256: 'c'.repeat(64), at: noon }

/** What every store of portal sessions does. `start` gives an empty one. */
export function portalSessionStoreSuite(start: () => Promise<RunningPortalSessionStore>): void {
  let running: RunningPortalSessionStore
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  it('finds a session as it was made', async () => {
    const { store } = running
    for (const session of [samplePortalSession('a'), samplePortalSession('b', full)]) {
      await store.create(session)
      expect(await store.findLive(session.id)).toEqual(session)
    }
    expect(await store.findLive(samplePortalSession('c').id)).toBeNull()
  })

  it('keeps the first of two exchanges, and shows it to both', async () => {
    const { store } = running
    const session = samplePortalSession('a')
    await store.create(session)
    const other = { ...exchange, nonceSha256: 'd'.repeat(64) }
    const seen = await Promise.all([store.exchange(session.id, exchange), store.exchange(session.id, other)])
    const [first, second] = seen
    expect(first?.exchange).toEqual(second?.exchange)
    expect([exchange, other]).toContainEqual(first?.exchange)
    expect(await store.findLive(session.id)).toEqual(first)
  })

  it('exchanges nothing for a session that is not there, or over', async () => {
    const { store } = running
    const session = samplePortalSession('a')
    expect(await store.exchange(session.id, exchange)).toBeNull()
    await store.create(session)
    await store.end('acme', session.id, ending)
    expect(await store.exchange(session.id, exchange)).toBeNull()
  })

  it('ends one session, as often as is asked, and no other tenant can', async () => {
    const { store } = running
    const [session, other] = [samplePortalSession('a'), samplePortalSession('b')]
    await store.create(session)
    await store.create(other)
    expect(await store.end('zenith', session.id, ending)).toBe(false)
    expect(await store.findLive(session.id)).not.toBeNull()
    expect([await store.end('acme', session.id, ending), await store.end('acme', session.id, ending)]).toEqual([
      true,
      true,
    ])
    expect(await store.findLive(session.id)).toBeNull()
    expect(await store.findLive(other.id)).not.toBeNull()
  })

  it('ends all sessions of a subject, or of a tenant, that were made before', async () => {
    const { store } = running
    const before = samplePortalSession('a')
    const others = [samplePortalSession('b', { subject: 'user-8' }), samplePortalSession('c', { tenantId: 'zenith' })]
    for (const session of [before, ...others]) await store.create(session)
    const live = async () => {
      const found = await Promise.all(['a', 'b', 'c', 'd'].map(each => store.findLive(samplePortalSession(each).id)))
      return found.flatMap(session => session?.id.at(-1) ?? [])
    }
    await store.endAll('acme', 'user-7', ending)
    expect(await live()).toEqual(['b', 'c'])
    await store.create(samplePortalSession('d'))
    expect(await live()).toEqual(['b', 'c', 'd'])
    await store.endAll('acme', null, { ...ending, id: 'end_2' })
    expect(await live()).toEqual(['c'])
    await store.create(samplePortalSession('e'))
    expect(await store.findLive(samplePortalSession('e').id)).not.toBeNull()
  })

  it('records who was let in, and who ended it, once each', async () => {
    const { store } = running
    const session = samplePortalSession('a', { endpointIds: ['ep_1'] })
    await store.create(session)
    await store.end('acme', session.id, ending)
    await store.end('acme', session.id, { ...ending, id: 'end_2', at: addSeconds(noon, 90) })
    await store.endAll('acme', 'user-7', { ...ending, id: 'end_3', at: addSeconds(noon, 120) })
    const { tenantId, subject, scopes, endpointIds, expiresAt } = session
    const told = { tenantId, subject, sessionId: session.id, scopes, endpointIds, expiresAt }
    const actor = { kind: 'api-key', id: 'key_1' }
    const nothing = { sessionId: null, scopes: [], endpointIds: null, expiresAt: null }
    expect(await running.recordsOf('acme')).toEqual([
      { ...told, id: `${session.id}-created`, kind: 'create-portal-session', at: noon, actor },
      { ...told, id: `${session.id}-ended`, kind: 'end-portal-session', at: ending.at, actor: ending.by },
      {
        tenantId,
        subject,
        id: 'end_3',
        kind: 'end-portal-sessions',
        at: addSeconds(noon, 120),
        actor: ending.by,
        ...nothing,
      },
    ])
  })
}
