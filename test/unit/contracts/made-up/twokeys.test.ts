import { describe, expect, it } from '@jest/globals'
import { harness, jsonBody, NOON } from '../../http/harness'
import { twokeys } from './twokeys'

describe('twokeys', () => {
  it.each([
    [{}, 900],
    [{ keepOld: true }, 900],
    [{ keepOld: false }, 0],
  ])('200 with the bare secret; %j keeps the old one for %i s', async (body, seconds) => {
    const { send, endpoint, apiKey, tables } = harness([twokeys])
    await endpoint(twokeys, 'solo')
    const reply = await send('POST', '/account/secret', jsonBody(await apiKey(twokeys, 'solo'), body))
    expect(reply.json).toMatch(/^sec~[A-Za-z0-9_-]{86}$/)
    const [, previous] = [...tables.endpoints.endpoints.values()][0]?.endpoint.ring.keys ?? []
    expect(previous?.expiresAt?.getTime()).toBe(seconds === 0 ? undefined : NOON.getTime() + 1 + seconds * 1000)
  })

  it('200 for a bare token as for a bearer, 401 for anything that is neither', async () => {
    const { send, endpoint, apiKey } = harness([twokeys])
    await endpoint(twokeys, 'solo')
    const key = await apiKey(twokeys, 'solo')
    const status = async (authorization: string): Promise<number> =>
      (await send('POST', '/account/secret', { headers: { authorization } })).status
    expect(await status(key)).toBe(200)
    expect(await status(`Bearer ${key}`)).toBe(200)
    expect(await status(`bearer ${key}`)).toBe(200)
    for (const other of [
      `Token ${key}`,
      `Bearer${key}`,
      `Bearer Bearer ${key}`,
      `Basic ${btoa(`${key}:`)}`,
      `${key}, ${key}`,
    ]) {
      expect([other, await status(other)]).toEqual([other, 401])
    }
  })

  it('400 for anything but true and false', async () => {
    const { send, endpoint, apiKey } = harness([twokeys])
    await endpoint(twokeys, 'solo')
    const key = await apiKey(twokeys, 'solo')
    for (const keepOld of [1, 'true', null]) {
      expect((await send('POST', '/account/secret', jsonBody(key, { keepOld }))).status).toBe(400)
    }
  })
})
