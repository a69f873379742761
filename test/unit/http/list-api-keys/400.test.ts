import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { cursorAt, malformedPages } from '../pages'
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

  it.each(['', '#x', '~', '2026-11-21T12:00:00.000Z#chg_1'])(
    '400 for a cursor at %j, which no reply gave',
    async place => {
      const { create, send, token } = await platform()
      await create()
      await create()
      const page = await send('GET', '/v1/api-keys?limit=1', bearer(token))
      const reply = await send('GET', `/v1/api-keys?cursor=${cursorAt(place, page)}`, bearer(token))
      expect(faultsOf(reply)).toEqual(invalid('cursor'))
    },
  )
})
