import { expect, it } from '@jest/globals'
import { harness } from '../harness'

it('200 without a credential', async () => {
  expect(await harness().send('GET', '/health')).toMatchObject({
    status: 200,
    json: { status: 'ok', version: '0.0.0' },
  })
})
