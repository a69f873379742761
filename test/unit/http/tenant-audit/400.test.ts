import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { cursorAt, malformedPages, strangePlaces } from '../pages'

async function bed() {
  const { send, token, base, rotate } = await ownEndpoint()
  const audit = (query: string) => send('GET', `/v1/audit?${query}`, bearer(token))
  const cursorIn = async (list: string) =>
    textAt(await send('GET', `${base}/${list}?limit=1`, bearer(token)), 'nextCursor')
  return { audit, cursorIn, rotate }
}

describe('GET /v1/audit', () => {
  it.each([
    ...malformedPages,
    'since=',
    'since=yesterday',
    'since=2026-11-21',
    'since=1700000000',
    'since=2026-02-30T00:00:00Z',
    'since=2026-11-20T24:00:00Z',
    'to=2026',
  ])('400 for ?%s', async query => {
    const { audit } = await bed()
    expect(faultsOf(await audit(query))).toEqual(invalid(query.slice(0, query.indexOf('='))))
  })

  it.each(strangePlaces('chg_'))('400 for a cursor at %j, which no reply gave', async place => {
    const { audit, rotate } = await bed()
    await rotate({})
    expect(faultsOf(await audit(`cursor=${cursorAt(place, await audit('limit=1'))}`))).toEqual(invalid('cursor'))
  })

  it('400 for the cursor of an endpoint’s audit', async () => {
    const { audit, cursorIn, rotate } = await bed()
    await rotate({})
    expect(faultsOf(await audit(`cursor=${await cursorIn('audit')}`))).toEqual(invalid('cursor'))
  })
})
