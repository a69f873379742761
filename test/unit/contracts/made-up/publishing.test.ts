import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { addSeconds } from '../../../../src/core/instant'
import { sweep } from '../../../../src/rotation/sweep'
import { bearer, harness, NOON, textAt } from '../../http/harness'
import { handover } from './handover'
import { slowgate } from './slowgate'

async function bed(contract: Contract) {
  const made = harness([contract])
  const { endpoint } = await made.endpoint(contract, 'acme')
  const key = await made.apiKey(contract, 'acme')
  const stored = () => [...made.tables.endpoints.endpoints.values()][0]?.endpoint
  const sweepAt = async (seconds: number): Promise<void> => {
    made.clock.now = addSeconds(NOON, seconds)
    await sweep({ ...made.deps, sleep: async () => undefined }, addSeconds(made.clock.now, 50))
  }
  return { ...made, id: endpoint.id, key, stored, sweepAt }
}

describe('slowgate', () => {
  it('201 publishes; its key signs a minute after receivers can read it', async () => {
    const { send, key, id, stored, sweepAt } = await bed(slowgate)
    const reply = await send('POST', `/gates/${id}/turn`, bearer(key))
    expect(reply).toMatchObject({ status: 201, json: { state: 'published', signs_from: '2026-11-21T12:01:05.000Z' } })
    expect(textAt(reply, 'secret')).toMatch(/^gate_[0-9a-f]{64}$/)
    expect(stored()?.published).toMatchObject({ leadSeconds: 60, overlapSeconds: 1800 })
    await sweepAt(64)
    expect(stored()?.published).not.toBeNull()
    await sweepAt(66)
    expect(stored()?.ring.keys[0].id).toBe(textAt(reply, 'key'))
    expect(stored()?.ring.keys[1]?.expiresAt).toEqual(addSeconds(NOON, 66 + 1800))
  })

  it('409 for another rotation while the key waits, and 200 gives it up', async () => {
    const { send, key, id, stored } = await bed(slowgate)
    const made = textAt(await send('POST', `/gates/${id}/turn`, bearer(key)), 'key')
    const again = await send('POST', `/gates/${id}/turn`, bearer(key))
    expect(again).toMatchObject({ status: 409, json: { code: 'rotation-in-progress' } })
    const body = JSON.stringify({ keyId: made })
    const given = await send('POST', `/gates/${id}/turn-away`, { ...bearer(key), body })
    expect(given).toMatchObject({ status: 200, json: { key: made, until: '2026-11-21T12:15:00.002Z' } })
    expect(stored()?.published).toBeNull()
    expect((await send('POST', `/gates/${id}/turn`, bearer(key))).status).toBe(201)
  })
})

describe('handover', () => {
  it('200 waits for somebody, signs when told, and signs with the key before again', async () => {
    const { send, key, id, stored, sweepAt } = await bed(handover)
    const headers = { headers: { 'handover-key': key } }
    const first = stored()?.ring.keys[0].id
    const reply = await send('PUT', `/desks/${id}/next`, headers)
    expect(reply).toMatchObject({ status: 200, json: { from: null } })
    const next = textAt(reply, 'id')
    await sweepAt(700)
    expect(stored()?.ring.keys[0].id).toBe(first)
    const promoted = await send('PUT', `/desks/${id}/current`, { ...headers, body: JSON.stringify({ keyId: next }) })
    expect(promoted).toMatchObject({ status: 200, json: { id: next, before_until: '2026-11-21T12:26:40.000Z' } })
    const back = await send('DELETE', `/desks/${id}/current`, headers)
    expect(back).toMatchObject({ status: 200, json: { id: first, next } })
  })
})
