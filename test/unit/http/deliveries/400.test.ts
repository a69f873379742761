import { expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, harness } from '../harness'

it.each([0, 201])('400 for a limit of %i: TheSignup', async limit => {
  const { send, endpoint, apiKey } = harness()
  const { id } = (await endpoint(thesignup, 'acme')).endpoint
  const credential = bearer(await apiKey(thesignup, 'acme'))
  expect((await send('GET', `/webhooks/${id}/deliveries?limit=${limit}`, credential)).status).toBe(400)
})
