import { describe, expect, it } from '@jest/globals'
import { messageIdOf } from '../../../src/delivery/delivery'

describe('messageIdOf', () => {
  const origin = { tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1', eventId: 'evt_1' }

  it('is the same for the same event, endpoint and life, and another for any other', () => {
    expect(messageIdOf('msg', origin)).toMatch(/^msg_[0-9a-f]{24}$/)
    expect(messageIdOf('msg', { ...origin })).toBe(messageIdOf('msg', origin))
    const others = Object.keys(origin).map(name => messageIdOf('msg', { ...origin, [name]: 'x' }))
    expect(new Set([messageIdOf('msg', origin), ...others]).size).toBe(5)
  })

  it('is a UUID where the contract says so', () => {
    expect(messageIdOf('uuid', origin)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
