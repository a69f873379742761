import { expect, it } from '@jest/globals'
import { ownEndpoint } from '../own-endpoint'

it('429 with Retry-After once the budget of mirrored rotations is spent', async () => {
  const { rotate } = await ownEndpoint()
  for (let round = 1; round <= 80; round += 1) expect((await rotate({ overlapSeconds: 0 })).status).toBe(200)
  const reply = await rotate({ overlapSeconds: 0 })
  expect(reply).toMatchObject({ status: 429, json: { code: 'rotation-budget' } })
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(86_000)
})
