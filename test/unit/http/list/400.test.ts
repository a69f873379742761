import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, faultsOf, invalid, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { cursorAt, malformedPages } from '../pages'

describe('GET /v1/endpoints', () => {
  it.each(malformedPages)('400 for ?%s', async query => {
    const { send, token } = await ownEndpoint()
    const fault = invalid(query.slice(0, query.indexOf('=')))
    expect(faultsOf(await send('GET', `/v1/endpoints?${query}`, bearer(token)))).toEqual(fault)
  })

  it.each(['', '#x', '~', 'a/b', 'a b', 'é', 'a\n', 'a'.repeat(129), 'a'.repeat(200)])(
    '400 for a cursor at %j, which no reply gave',
    async place => {
      const { send, token, endpoint } = await ownEndpoint()
      await endpoint(keyturn, tenant)
      const page = await send('GET', '/v1/endpoints?limit=1', bearer(token))
      const reply = await send('GET', `/v1/endpoints?cursor=${cursorAt(place, page)}`, bearer(token))
      expect(faultsOf(reply)).toEqual(invalid('cursor'))
    },
  )
})
