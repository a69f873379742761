import { describe, expect, it } from '@jest/globals'
import { textAt } from '../harness'
import { publishBed } from '../publish-bed'

describe('POST /v1/endpoints/{id}/secret/promote', () => {
  it('200 lets the published key sign once its lead is over', async () => {
    const { rotate, promote, document, wait, tables } = await publishBed()
    const made = await rotate({ signing: 'manual', leadSeconds: 60, overlapSeconds: 900 })
    const keyId = textAt(made, 'keyId')
    wait(65)
    const reply = await promote({ keyId })
    expect(reply).toMatchObject({
      status: 200,
      json: { version: 2, signingKeyId: keyId, previousExpiresAt: '2026-11-21T12:16:05.000Z' },
    })
    expect(document().signingSecret).toBe(textAt(made, 'signingSecret'))
    expect(tables.published.events.map(({ type }) => type)).toContain('secret.promoted')
  })

  it('200 at once where it is forced', async () => {
    const { rotate, promote, document } = await publishBed()
    const made = await rotate({ signing: 'manual' })
    expect((await promote({ keyId: textAt(made, 'keyId'), force: true })).status).toBe(200)
    expect(document().signingSecret).toBe(textAt(made, 'signingSecret'))
  })

  it('200 again for the same Idempotency-Key, and says that it is a replay', async () => {
    const { rotate, promote } = await publishBed()
    const keyId = textAt(await rotate({ signing: 'manual' }), 'keyId')
    const body = { keyId, force: true }
    const first = await promote(body, { 'Idempotency-Key': 'one' })
    const again = await promote(body, { 'Idempotency-Key': 'one' })
    expect(again.json).toEqual(first.json)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
})
