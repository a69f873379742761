import { expect, it } from '@jest/globals'
import { bearer, NOON } from '../harness'
import { attempt } from '../attempt'
import { ownEndpoint } from '../own-endpoint'

it('200 lists what was sent and what came back, tests too', async () => {
  const { send, token, base, tables } = await ownEndpoint()
  tables.delivery.attempts.push(attempt)
  const reply = await send('GET', `${base}/attempts`, bearer(token))
  expect(reply.status).toBe(200)
  expect(reply.json).toEqual({ data: [{ ...attempt, at: NOON.toISOString() }], nextCursor: null })
})
