import { describe, expect, it } from '@jest/globals'
import { faultsOf, invalid, textAt } from '../harness'
import { publishBed } from '../publish-bed'

describe('POST /v1/endpoints/{id}/secret/abandon', () => {
  it('200 gives the published key up; it works on as long as the contract’s overlap is', async () => {
    const { rotate, abandon, state, sweep, document } = await publishBed()
    const before = document().signingSecret
    const keyId = textAt(await rotate({ signing: 'published', leadSeconds: 60 }), 'keyId')
    const reply = await abandon({ keyId })
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({ version: 2, abandonedKeyId: keyId, expiresAt: '2026-11-22T12:00:00.002Z' })
    await sweep(3600)
    expect(document().signingSecret).toBe(before)
    expect((await state()).json).toMatchObject({ keys: [{ state: 'signing' }, { id: keyId, state: 'retiring' }] })
  })

  it('200 with 0 ends it now', async () => {
    const { rotate, abandon, state, document } = await publishBed()
    const keyId = textAt(await rotate({ signing: 'manual' }), 'keyId')
    const reply = await abandon({ keyId, overlapSeconds: 0 })
    expect(reply.json).toEqual({ version: 2, abandonedKeyId: keyId, expiresAt: null })
    expect(Object((await state()).json).keys).toHaveLength(1)
    expect(document().keys).toHaveLength(1)
  })

  it('409 for another key than the published one', async () => {
    const { rotate, abandon } = await publishBed()
    expect(await abandon({ keyId: 'key_1' })).toMatchObject({ status: 409, json: { code: 'nothing-published' } })
    await rotate({ signing: 'manual' })
    expect(await abandon({ keyId: 'key_1' })).toMatchObject({ status: 409, json: { code: 'key-changed' } })
  })

  it('400 for an overlap that is too long', async () => {
    const { abandon } = await publishBed()
    expect(faultsOf(await abandon({ keyId: 'key_1', overlapSeconds: 604_801 }))).toEqual(invalid('overlapSeconds'))
  })
})
