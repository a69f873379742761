import { describe, expect, it } from '@jest/globals'
import type { SessionPrincipal } from '../../../src/access/authenticate'
import { isSignedInRecently } from '../../../src/access/recent-sign-in'

const noon = new Date('2026-11-21T12:00:00.000Z')

function signedIn(seconds: number): SessionPrincipal {
  const authenticatedAt = new Date(noon.getTime() + seconds * 1000)
  return { kind: 'session', id: 'ann', role: 'admin', tenantIds: ['org_1'], authenticatedAt }
}

describe('a sign-in', () => {
  it.each([-300, -1, 0, 30])('is recent at %d s from now', seconds => {
    expect(isSignedInRecently(signedIn(seconds), noon)).toBe(true)
  })

  it.each([-301, -315_360_000, 31, 315_360_000])('is not recent at %d s from now', seconds => {
    expect(isSignedInRecently(signedIn(seconds), noon)).toBe(false)
  })
})
