import { expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { attempt } from '../attempt'
import { cursorAt, strangePlaces } from '../pages'

it.each(strangePlaces('att_'))('400 for a cursor at %j, which no reply gave', async place => {
  const { send, token, base, tables } = await ownEndpoint()
  tables.delivery.attempts.push({ ...attempt, id: 'att_2' }, attempt)
  const page = await send('GET', `${base}/attempts?limit=1`, bearer(token))
  const reply = await send('GET', `${base}/attempts?cursor=${cursorAt(place, page)}`, bearer(token))
  expect(faultsOf(reply)).toEqual(invalid('cursor'))
})
