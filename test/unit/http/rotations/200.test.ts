import { describe, expect, it } from '@jest/globals'
import { bearer, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('GET /v1/endpoints/{id}/rotations', () => {
  it('200 lists rotations newest first, page by page', async () => {
    const { rotate, send, token, base } = await ownEndpoint()
    await rotate({ reason: 'leaked', overlapSeconds: 60 })
    const first = await send('GET', `${base}/rotations?limit=1`, bearer(token))
    expect(first.status).toBe(200)
    expect(first.json).toEqual({
      data: [
        {
          id: expect.any(String),
          keyId: expect.any(String),
          version: 2,
          at: '2026-11-21T12:00:00.001Z',
          actor: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
          kind: 'rotate',
          reason: 'leaked',
          overlapSeconds: 60,
        },
      ],
      nextCursor: expect.any(String),
    })
    const second = await send('GET', `${base}/rotations?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(token))
    expect(second).toMatchObject({ json: { data: [{ kind: 'create', version: 1 }], nextCursor: null } })
  })
})
