import { expect, it } from '@jest/globals'
import { jsonBody } from '../harness'
import { ownEndpoint } from '../own-endpoint'

it('413 for a payload one byte above 200 KiB, 202 up to there', async () => {
  const { send, token } = await ownEndpoint()
  const publish = (characters: number) =>
    send('POST', '/v1/events', jsonBody(token, { type: 'a', payload: 'x'.repeat(characters) }))
  expect((await publish(200 * 1024 - 2)).status).toBe(202)
  expect(await publish(200 * 1024 - 1)).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
  expect((await publish(600 * 1024)).status).toBe(413)
})
