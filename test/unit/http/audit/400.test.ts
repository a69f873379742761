import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { cursorAt, malformedPages, strangePlaces } from '../pages'

describe('GET /v1/endpoints/{id}/audit', () => {
  it.each(malformedPages)('400 for ?%s', async query => {
    const { send, token, base } = await ownEndpoint()
    const fault = invalid(query.slice(0, query.indexOf('=')))
    expect(faultsOf(await send('GET', `${base}/audit?${query}`, bearer(token)))).toEqual(fault)
  })

  it.each(strangePlaces('chg_'))('400 for a cursor at %j, which no reply gave', async place => {
    const { rotate, send, token, base } = await ownEndpoint()
    await rotate({})
    const page = await send('GET', `${base}/audit?limit=1`, bearer(token))
    const reply = await send('GET', `${base}/audit?cursor=${cursorAt(place, page)}`, bearer(token))
    expect(faultsOf(reply)).toEqual(invalid('cursor'))
  })

  it('400 for the cursor of the list of rotations', async () => {
    const { rotate, send, token, base } = await ownEndpoint()
    await rotate({})
    const cursor = textAt(await send('GET', `${base}/rotations?limit=1`, bearer(token)), 'nextCursor')
    expect(faultsOf(await send('GET', `${base}/audit?cursor=${cursor}`, bearer(token)))).toEqual(invalid('cursor'))
  })
})
