import { expect, it } from '@jest/globals'
import { bearer } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { sharedEndpoint } from '../shared-endpoint'

it('204 deletes, and 404 from then on, with the bytes of an endpoint that never was', async () => {
  const { send, token, base } = await ownEndpoint()
  expect(await send('DELETE', base, bearer(token))).toMatchObject({ status: 204, text: '' })
  const gone = await send('GET', base, bearer(token))
  const never = await send('GET', '/v1/endpoints/ep_never', bearer(token))
  expect(gone.status).toBe(404)
  expect(gone.text).toBe(never.text)
})

it('204 takes read access from every consumer at once', async () => {
  const { send, token, base, policy } = await sharedEndpoint(['111111111111'])
  expect((await send('DELETE', base, bearer(token))).status).toBe(204)
  expect(policy()).toBeNull()
})
