import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { cursorOf, malformedPages } from '../pages'
import { platform } from '../platform'

describe('GET /v1/api-keys', () => {
  it.each([...malformedPages, 'tenant=', 'tenant=*', 'tenant=a%23b', 'tenant=a&tenant=b', 'state=active'])(
    '400 for ?%s',
    async query => {
      const { send, token } = await platform()
      const fault = invalid(query.slice(0, query.indexOf('=')))
      expect(faultsOf(await send('GET', `/v1/api-keys?${query}`, bearer(token)))).toEqual(fault)
    },
  )

  it('400 for the cursor of another list', async () => {
    const { send, token } = await platform()
    const reply = await send('GET', `/v1/api-keys?cursor=${cursorOf('endpoints', 'ep_1')}`, bearer(token))
    expect(faultsOf(reply)).toEqual(invalid('cursor'))
  })
})
