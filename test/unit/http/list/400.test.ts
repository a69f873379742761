import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { cursorOf, malformedPages } from '../pages'

describe('GET /v1/endpoints', () => {
  it.each(malformedPages)('400 for ?%s', async query => {
    const { send, token } = await ownEndpoint()
    const fault = invalid(query.slice(0, query.indexOf('=')))
    expect(faultsOf(await send('GET', `/v1/endpoints?${query}`, bearer(token)))).toEqual(fault)
  })

  it.each(['', '#x', '~', 'a/b', 'a b', 'é', 'a\n', 'a'.repeat(129), 'a'.repeat(200)])(
    '400 for a cursor at %j, which no reply gave',
    async place => {
      const { send, token } = await ownEndpoint()
      const reply = await send('GET', `/v1/endpoints?cursor=${cursorOf('endpoints', place)}`, bearer(token))
      expect(faultsOf(reply)).toEqual(invalid('cursor'))
    },
  )
})
