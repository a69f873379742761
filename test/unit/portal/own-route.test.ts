import { describe, expect, it } from '@jest/globals'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { ownRotation, secretInReply } from '../../../src/portal/own-route'

const mount = { contract: tumban, basePath: '/hooks' }

describe("a rotation by a contract's own route", () => {
  it('goes where the deployment has the route, with a key by which a repeat is known', () => {
    expect(ownRotation(mount, 'org', 'key-1')).toEqual({
      method: 'POST',
      path: '/hooks/api/v2/org/webhook-secret/rotate',
      headers: { 'Idempotency-Key': 'key-1' },
    })
  })

  it('is none where sessions may not call it', () => {
    expect(ownRotation({ contract: thesignup, basePath: '' }, 'id', 'key-1')).toBeNull()
  })

  it('finds the secret where the contract has it in its reply', () => {
    expect(secretInReply(mount, { webhook_secret: 'abc', rotated_at: '2026' })).toBe('abc')
    const nested = { contract: thesignup, basePath: '' }
    expect(secretInReply(nested, { endpoint: { id: 'x' }, signingSecret: 'whsec_a' })).toBe('whsec_a')
    for (const reply of [null, 'abc', {}, { webhook_secret: 1 }, { secret: 'abc' }])
      expect(secretInReply(mount, reply)).toBeNull()
  })
})
