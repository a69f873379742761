import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { plannedAt, promotionAt, readyAt } from '../../../src/rotation/due'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorVersionId } from '../../../src/rotation/mirror'
import type { Published } from '../../../src/rotation/published'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const published: Published = {
  key: { id: 'key_3', sealed: 'Yw==', hint: 'cccc', mask: null, createdAt: noon, expiresAt: null },
  signing: 'published',
  leadSeconds: 600,
  overlapSeconds: 900,
}
const readableSince = addSeconds(noon, 4)
const promotion = addSeconds(readableSince, 605)
const dailyLookAt = addSeconds(noon, 50_000)

/** An endpoint whose published key receivers can read; all is settled. */
function waiting(over: Partial<Endpoint> = {}): Endpoint {
  const bare = sampleEndpoint({ published, ...over })
  const settling = {
    revision: bare.revision,
    mirrorVersionId: mirrorVersionId(bare),
    readableSince,
    failures: 0,
    error: null,
    dailyLookAt,
    policy: { consumers: bare.settings.consumers, failures: 0, error: null, dueAt: null },
  }
  return { ...bare, settling, ...over }
}

describe('plannedAt', () => {
  it('is the promotion: the lead from when receivers could read the key, and what clocks may be off', () => {
    expect(promotionAt(waiting())).toEqual(promotion)
    expect(plannedAt(waiting())).toEqual(promotion)
  })

  it('is whatever comes first', () => {
    expect(plannedAt(waiting({ lookAgainAt: addSeconds(noon, 10) }))).toEqual(addSeconds(noon, 10))
    expect(plannedAt({ ...waiting(), published: null })).toEqual(dailyLookAt)
  })

  it.each<[string, Partial<Endpoint>]>([
    ['waits for somebody', { published: { ...published, signing: 'manual' } }],
    ['was deleted with its endpoint', { deletedAt: noon }],
    ['no mirror shows any more', { settings: { ...sampleEndpoint().settings, mirror: 'off' } }],
  ])('has no promotion for a key that %s', (_, over) => {
    expect(promotionAt(waiting(over))).toBeNull()
  })

  it('has no promotion while receivers cannot read the key: nothing proved it, or of another version', () => {
    const { readableSince: _, ...unproven } = waiting().settling
    expect(promotionAt(waiting({ settling: unproven }))).toBeNull()
    const other = { ...published, key: { ...published.key, id: 'key_4' } }
    expect(promotionAt({ ...waiting(), published: other })).toBeNull()
  })
})

describe('readyAt', () => {
  it('is the same for a key that waits for somebody', () => {
    expect(readyAt(waiting({ published: { ...published, signing: 'manual' } }))).toEqual(promotion)
  })

  it('counts from the publication where nothing is mirrored', () => {
    const { settings } = sampleEndpoint()
    expect(readyAt(waiting({ settings: { ...settings, mirror: 'off' } }))).toEqual(addSeconds(noon, 600))
  })
})
