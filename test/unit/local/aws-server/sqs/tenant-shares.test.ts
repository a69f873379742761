import { describe, expect, it } from '@jest/globals'
import { TenantShares } from '../../../../../local/aws-server/sqs/tenant-shares'

const now = 1_000_000

function inFlight(counts: Readonly<Record<string, number>>): TenantShares {
  const shares = new TenantShares()
  for (const [group, count] of Object.entries(counts)) for (let n = 0; n < count; n += 1) shares.begin(group)
  return shares
}

describe('a tenant of a fair queue', () => {
  it.each([
    [{ a: 29, b: 1 }, false],
    [{ a: 30, b: 1 }, true],
    [{ a: 30, b: 270 }, false],
    [{ a: 31, b: 270 }, true],
  ])('of %j is noisy from 30 messages and more than a tenth of those in flight on: %j', (counts, noisy) => {
    expect(inFlight(counts).isNoisy('a', now)).toBe(noisy)
  })

  it('is noisy with more than a tenth of the time that consumers spent, for five minutes', () => {
    const shares = inFlight({ slow: 1, ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`t${n}`, 1])) })
    shares.end('slow', 110, now)
    for (let n = 0; n < 8; n += 1) shares.end(`t${n}`, 111, now)
    expect([shares.isNoisy('slow', now), shares.isNoisy('t0', now)]).toEqual([true, true])
    expect([shares.isNoisy('slow', now + 300_001), shares.isNoisy('t0', now + 300_001)]).toEqual([false, false])
  })

  it('is quiet again once its messages are done', () => {
    const shares = inFlight({ a: 40, b: 1 })
    for (let n = 0; n < 40; n += 1) shares.end('a', 0, now)
    expect([shares.isNoisy('a', now), shares.inFlight('a'), shares.inFlight('b')]).toEqual([false, 0, 1])
  })
})
