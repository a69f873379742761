import { expect, it } from '@jest/globals'
import { bearer, jsonBody } from '../harness'
import { ownEndpoint } from '../own-endpoint'

// GET /v1/endpoints/{id}/rotations, and the events: what a promotion left the key before with.

it('200 says of a promotion how long the key before works on', async () => {
  const { rotate, send, base, token, tables } = await ownEndpoint()
  const { json } = await rotate({ signing: 'manual', overlapSeconds: 1200 })
  const body = { keyId: Object(json).keyId, force: true }
  const promote = jsonBody(token, body)
  const r = await send('POST', `${base}/secret/promote`, promote)
  expect(r.status).toBe(200)
  const { data } = Object((await send('GET', `${base}/rotations`, bearer(token))).json)
  expect(data[0]).toMatchObject({ kind: 'promote', overlapSeconds: 1200 })
  expect(tables.published.events.at(-1)).toMatchObject({ type: 'secret.promoted', overlapSeconds: 1200 })
})
