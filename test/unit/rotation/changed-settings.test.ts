import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { applyChange, auditRecordOf, type ChangeDraft, type NextState } from '../../../src/rotation/change'
import { leadingNowhere, toldChanges } from '../../../src/rotation/changed-settings'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const before: EndpointSettings = {
  url: 'https://a.example/hooks?token=canary1#canary2',
  description: 'orders',
  name: 'Orders',
  eventTypes: ['order.created'],
  status: 'active',
  mirror: 'on',
  requestConfig: { timeoutMs: 5000, headers: { 'X-B': 'canary3', 'X-A': 'canary4' } },
  consumers: ['111111111111'],
}

describe('what is told of changed settings', () => {
  it.each<[Partial<EndpointSettings>, object]>([
    [{ url: 'https://b.example/x' }, { url: { from: 'https://a.example/hooks', to: 'https://b.example/x' } }],
    [{ url: null }, { url: { from: 'https://a.example/hooks', to: null } }],
    [
      { url: 'https://a.example/hooks?token=canary5' },
      { url: { from: 'https://a.example/hooks', to: 'https://a.example/hooks' } },
    ],
    [{ consumers: [] }, { consumers: { from: ['111111111111'], to: [] } }],
    [{ mirror: 'off' }, { mirror: { from: 'on', to: 'off' } }],
    [
      { status: 'paused', name: 'All', description: '', eventTypes: [] },
      {
        status: { from: 'active', to: 'paused' },
        name: { from: 'Orders', to: 'All' },
        description: { from: 'orders', to: '' },
        eventTypes: { from: ['order.created'], to: [] },
      },
    ],
    [
      { requestConfig: { timeoutMs: 1000, headers: { 'X-A': 'canary4', 'X-C': 'canary6' } } },
      {
        'requestConfig.timeoutMs': { from: 5000, to: 1000 },
        'requestConfig.headers': { from: ['X-A', 'X-B'], to: ['X-A', 'X-C'] },
      },
    ],
    [
      { requestConfig: { timeoutMs: 5000, headers: { 'X-A': 'canary4', 'X-B': 'canary7' } } },
      { 'requestConfig.headers': { from: ['X-A', 'X-B'], to: ['X-A', 'X-B'] } },
    ],
  ])('%j: what was before and what is after, never a header’s value or a query', (change, changed) => {
    const told = toldChanges(before, { ...before, ...change })
    expect(told).toEqual({ changed })
    expect(JSON.stringify(told)).not.toContain('canary')
  })

  it('is nothing where nothing changed, whatever the order of the headers', () => {
    const headers = { 'X-A': 'canary4', 'X-B': 'canary3' }
    expect(toldChanges(before, { ...before, requestConfig: { timeoutMs: 5000, headers } })).toEqual({})
  })

  it('of a new endpoint is where it leads', () => {
    expect(toldChanges(leadingNowhere(before), before)).toEqual({
      changed: {
        url: { from: null, to: 'https://a.example/hooks' },
        mirror: { from: 'off', to: 'on' },
        consumers: { from: [], to: ['111111111111'] },
      },
    })
  })
})

describe('the audit record', () => {
  const draft: ChangeDraft = {
    id: 'chg_new',
    kind: 'update',
    actor: { kind: 'session', id: 'ann' },
    reason: null,
    overlapSeconds: 0,
    idempotency: null,
  }

  function recordOf(kind: ChangeDraft['kind'], next: NextState) {
    const endpoint = sampleEndpoint({ settings: before })
    const [change] = applyChange(endpoint, { ...draft, kind }, next, addSeconds(noon, 100)).changes
    return auditRecordOf('org_1', 'ep_1', change)
  }

  it('of a change of settings says who, when, what before and what after', () => {
    expect(recordOf('update', { settings: { ...before, consumers: ['222222222222'] } })).toMatchObject({
      kind: 'update',
      actor: { kind: 'session', id: 'ann' },
      at: addSeconds(noon, 100),
      changed: { consumers: { from: ['111111111111'], to: ['222222222222'] } },
    })
  })

  it('of a deletion says which read access it took', () => {
    const changed = { consumers: { from: ['111111111111'], to: [] }, mirror: { from: 'on', to: 'off' } }
    expect(recordOf('delete', { deleted: true })).toMatchObject({ kind: 'delete', changed })
  })

  it('is none where an update changed nothing, or was stored before such changes were told', () => {
    expect(recordOf('update', { settings: before })).toBeNull()
    expect(recordOf('rotate', {})).not.toHaveProperty('changed')
  })
})
