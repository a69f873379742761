import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { bearer, harness, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/endpoints/{id}/secret/rotate', () => {
  it('409 for a sixth live key names when the next one ends', async () => {
    const { rotate } = await ownEndpoint()
    for (let round = 0; round < 4; round += 1) expect((await rotate({})).status).toBe(200)
    const reply = await rotate({})
    expect(reply).toMatchObject({ status: 409, json: { code: 'too-many-live-keys' } })
    expect(textAt(reply, 'detail')).toContain('2026-11-22T12:00:00')
  })

  it('409 when another rotation came after the one that an Idempotency-Key made, and no secret', async () => {
    const { rotate } = await ownEndpoint()
    const idempotent = { 'Idempotency-Key': 'x'.repeat(255) }
    const first = await rotate({ reason: 'a' }, idempotent)
    await rotate({})
    const late = await rotate({ reason: 'a' }, idempotent)
    expect(late).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect(late.text).not.toContain(textAt(first, 'signingSecret'))
  })

  it('409 where the endpoint’s contract is no longer mounted', async () => {
    const { send, apiKey, endpoint } = harness([keyturn])
    const { id } = (await endpoint(storno, tenant)).endpoint
    const token = await apiKey(keyturn, tenant)
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, bearer(token))
    expect(reply).toMatchObject({ status: 409, json: { code: 'contract-not-mounted' } })
    expect((await send('GET', `/v1/endpoints/${id}`, bearer(token))).status).toBe(200)
  })
})

describe('TeamBattles', () => {
  it('409 for a sixth live secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'user:u1')).endpoint
    const token = bearer(await apiKey(teambattles, 'user:u1'))
    const statuses: number[] = []
    for (let round = 0; round < 5; round += 1) {
      statuses.push((await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 409])
    const reply = await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)
    expect(reply.json).toMatchObject({ error: 'error_too_many_live_secrets' })
  })
})
