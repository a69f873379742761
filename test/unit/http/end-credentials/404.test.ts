import { expect, it } from '@jest/globals'
import { bearer } from '../harness'
import { platform } from '../platform'

it.each(['*', 'a%23b', '~', 'x'.repeat(129)])('404 for %s, which can be no tenant’s id', async id => {
  const { send, token } = await platform()
  const reply = await send('DELETE', `/v1/tenants/${id}/credentials`, bearer(token))
  expect(reply).toMatchObject({ status: 404, json: { code: 'not-found', detail: 'There is no such tenant.' } })
})
