import { expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { cursorOf, strangePlaces } from '../pages'

it.each(strangePlaces('att_'))('400 for a cursor at %j, which no reply gave', async place => {
  const { send, token, base } = await ownEndpoint()
  const reply = await send('GET', `${base}/attempts?cursor=${cursorOf('attempts', place)}`, bearer(token))
  expect(faultsOf(reply)).toEqual(invalid('cursor'))
})
