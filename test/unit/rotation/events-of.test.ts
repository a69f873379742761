import { describe, expect, it } from '@jest/globals'
import { eventsOf } from '../../../src/rotation/change'
import type { Change, ChangeKind } from '../../../src/rotation/endpoint'
import { sampleEndpoint } from '../../support/suites/sample-endpoint'

describe('eventsOf', () => {
  it('gives the changes that are not settled, oldest first', () => {
    const { settling } = sampleEndpoint()
    const unsettled = sampleEndpoint({ settling: { ...settling, revision: 0 } })
    expect(eventsOf(unsettled).map(event => event.id)).toEqual(['rot_1', 'rot_2'])
    expect(eventsOf(sampleEndpoint()).map(event => event.id)).toEqual(['rot_2'])
    expect(eventsOf(sampleEndpoint({ settling: { ...settling, revision: 2 } }))).toEqual([])
  })

  it.each<[ChangeKind, string]>([
    ['create', 'endpoint.created'],
    ['rotate', 'secret.rotated'],
    ['revoke', 'secret.revoked'],
    ['update', 'endpoint.updated'],
    ['delete', 'endpoint.deleted'],
  ])('calls a %s %s', (kind, type) => {
    const change: Change = { ...sampleEndpoint().changes[0], kind }
    expect(eventsOf(sampleEndpoint({ changes: [change] })).map(event => event.type)).toEqual([type])
  })

  it('carries ids, version, time and actor, and nothing else of the change', () => {
    const { id, keyId, version, at, actor } = sampleEndpoint().changes[0]
    const owner = { tenantId: 'org_1', endpointId: 'ep_1', contract: 'keyturn' }
    expect(eventsOf(sampleEndpoint())).toEqual([{ type: 'secret.rotated', ...owner, id, keyId, version, at, actor }])
  })
})
