import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import { applyChange, newDraft } from '../../../src/rotation/change'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { abandonKey, publishKey } from '../../../src/rotation/published'
import { settleAndReveal } from '../../../src/rotation/reveal'
import { newCloud } from '../../simulator/cloud'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'
import { sweepBed } from './sweep-bed'

const at = addSeconds(noon, 2)
const policy = {
  overlapSeconds: 900,
  leadSeconds: 600,
  signing: 'published',
  secondRotation: { kind: 'replace' },
  forced: false,
  cooldownSeconds: 0,
} as const
const key = { id: 'key_3', sealed: 'Yw==', hint: 'cccc', mask: null, createdAt: at, expiresAt: null }

describe('a key that is given up before its request is answered', () => {
  it.each([0, 900])('is shown as published, since it never signs: with %i seconds left', async overlapSeconds => {
    const { deps } = sweepBed(newCloud().services)
    const published = changed(sampleEndpoint(), 'publish', endpoint => publishKey(endpoint, key, policy))
    const endpoint = changed(published, 'abandon', keys => abandonKey(keys, 'key_3', { overlapSeconds, now: at }))
    const committed = { endpoint, change: published.changes[0], by: 'this' } as const
    const revealed = await settleAndReveal(deps, committed, { secret: new Secret('whsec_c'), opened: new Map() })
    expect(revealed).toMatchObject({ keyId: 'key_3', state: 'published', signsFrom: null, previousExpiresAt: null })
  })

  function changed(
    endpoint: Endpoint,
    kind: 'publish' | 'abandon',
    rule: (endpoint: Endpoint) => Pick<Endpoint, 'ring' | 'published'>,
  ): Endpoint {
    const draft = newDraft({ randomBytes: count => Buffer.alloc(count) }, { kind, actor: { kind: 'api-key', id: 'a' } })
    return applyChange(endpoint, draft, { ...rule(endpoint), keyId: 'key_3' }, at)
  }
})
