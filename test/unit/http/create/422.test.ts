import { expect, it } from '@jest/globals'
import { ownEndpoint, url } from '../own-endpoint'

const readers = ['111111111111', '222222222222']

it('422 for a consumer whose account is not among the readers, naming it and no other account', async () => {
  const { create } = await ownEndpoint({ mirrorReaders: readers })
  const stranger = 'arn:aws:iam::333333333333:role/reader'
  const reply = await create({ url, consumers: ['arn:aws:iam::222222222222:role/reader', stranger] })
  expect(reply.status).toBe(422)
  expect(reply.json).toMatchObject({ code: 'consumer-not-reader', errors: [{ path: 'consumers.1' }] })
  expect(reply.text).toContain(stranger)
  for (const reader of readers) expect(reply.text).not.toContain(reader)
})
