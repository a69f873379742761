import { describe, expect, it } from '@jest/globals'
import { textAt } from '../harness'
import { publishBed } from '../publish-bed'

describe('POST /v1/endpoints/{id}/secret/roll-back', () => {
  it('200 lets the key before sign again, and publishes the newer one again', async () => {
    const { rotate, promote, rollBack, document, state } = await publishBed()
    const first = document()
    const keyId = textAt(await rotate({ signing: 'manual', leadSeconds: 60 }), 'keyId')
    await promote({ keyId, force: true })
    const reply = await rollBack({})
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({ version: 2, signingKeyId: first.keys[0]?.id, publishedKeyId: keyId })
    expect(document()).toMatchObject({ signingSecret: first.signingSecret, keys: [{ expiresAt: null }, { id: keyId }] })
    expect((await state()).json).toMatchObject({ keys: [{ state: 'signing' }, { state: 'published' }] })
  })

  it('200 again for the same Idempotency-Key, with the same keys', async () => {
    const { rotate, rollBack } = await publishBed()
    await rotate({})
    const first = await rollBack({}, { 'Idempotency-Key': 'one' })
    expect(first.status).toBe(200)
    expect((await rollBack({}, { 'Idempotency-Key': 'one' })).json).toEqual(first.json)
  })

  it('409 where there is no key to return to, or one is published', async () => {
    const { rotate, rollBack } = await publishBed()
    expect(await rollBack({})).toMatchObject({ status: 409, json: { code: 'nothing-to-roll-back' } })
    await rotate({})
    await rollBack({})
    expect(await rollBack({})).toMatchObject({ status: 409, json: { code: 'rotation-in-progress' } })
  })

  it('409 too late once receivers may let the key before end, unless it is forced', async () => {
    const { rotate, rollBack, wait } = await publishBed()
    await rotate({ overlapSeconds: 900 })
    wait(301)
    expect(await rollBack({})).toMatchObject({ status: 409, json: { code: 'too-late' } })
    expect((await rollBack({ force: true })).status).toBe(200)
  })
})
