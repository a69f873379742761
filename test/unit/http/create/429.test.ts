import { expect, it } from '@jest/globals'
import { mirroredVersions } from '../../../../src/rotation/budget'
import { bearer } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'

it('429 where an endpoint that was deleted had spent its budget of mirrored rotations', async () => {
  const { create, rotate, send, token, base, id, clock } = await ownEndpoint()
  for (let made = 1; made <= mirroredVersions.routine; made += 1) {
    expect((await rotate({ overlapSeconds: 0 })).status).toBe(200)
  }
  await send('DELETE', base, bearer(token))
  const again = await create({ url, id })
  expect(again).toMatchObject({ status: 429, json: { code: 'rotation-budget' } })
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await create({ url, id, mirror: 'off' })).status).toBe(201)
  clock.now = new Date(clock.now.getTime() + 25 * 60 * 60 * 1000)
  expect((await rotate({})).status).toBe(200)
})
