import { describe, expect, it } from '@jest/globals'
import { keyBytesOf } from '../../../../src/contracts/secret-key'
import { keyBytes } from '../../../../src/verify/key-bytes'
import { harness, jsonBody, NOON, type Reply } from '../../http/harness'
import { clientBed } from './client-bed'
import { tidewell } from './tidewell'

const day = 86_400

function at(seconds: number): string {
  return `${new Date(NOON.getTime() + seconds * 1000).toISOString().slice(0, 19)}Z`
}

describe('tidewell', () => {
  async function setup() {
    const made = harness([tidewell])
    const { endpoint } = await made.endpoint(tidewell, 'bay')
    const key = await made.apiKey(tidewell, 'bay')
    const rotate = (body: object): Promise<Reply> =>
      made.send('POST', `/wells/${endpoint.id}/secret`, jsonBody(key, body))
    const live = () => [...made.tables.endpoints.endpoints.values()][0]?.endpoint.ring.keys ?? []
    return { ...made, id: endpoint.id, rotate, live }
  }

  it.each([{}, { retire_after: null }])('200 keeps the key before without an end for %j', async body => {
    const { rotate, live } = await setup()
    expect(await rotate(body)).toMatchObject({ status: 200, json: { old_ends: null } })
    expect(live()[1]?.expiresAt).toBeNull()
  })

  it.each([
    [2 * day, 2 * day],
    [60, day],
    [0, day],
    [-day, day],
    [100 * day, 10 * day],
  ])('200 clamps an end %d s from now to one %d s from now', async (asked, seconds) => {
    const { rotate } = await setup()
    expect(await rotate({ retire_after: at(asked) })).toMatchObject({ status: 200, json: { old_ends: at(seconds) } })
  })

  it.each(['tomorrow', 5, true, '2026-11-31T12:00:00Z'])('400 for %j, which is no instant', async value => {
    const { rotate, live } = await setup()
    expect(await rotate({ retire_after: value })).toMatchObject({ status: 400 })
    expect(live()).toHaveLength(1)
  })

  it('200 in its own content type, for an id of upper-case letters; errors are JSON', async () => {
    const { rotate, id } = await setup()
    expect(id).toMatch(/^[0-9A-Z]{26}$/)
    expect((await rotate({})).headers.get('content-type')).toBe('application/vnd.tidewell.v1+json')
    expect((await rotate({ x: 1 })).headers.get('content-type')).toBe('application/json')
  })

  it.each(['whsec_', ''])(
    '200 for an own secret that begins with %j, which signs as its bytes either way',
    async prefix => {
      const { rotate } = await setup()
      const bytes = Buffer.alloc(32, 7)
      const secret = prefix + bytes.toString('base64')
      expect(await rotate({ secret })).toMatchObject({ status: 200, json: { secret } })
      expect(keyBytes(secret, keyBytesOf(tidewell)).equals(bytes)).toBe(true)
    },
  )

  it.each(['whsec_', 'sec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=', 'BwcH', 'not base64 at all, but long enough'])(
    '400 for the own secret %j',
    async secret => {
      const { rotate } = await setup()
      expect(await rotate({ secret })).toMatchObject({
        status: 400,
        json: { message: expect.stringMatching(/^secret /) },
      })
    },
  )

  it('is told an end by the hook only where the owner wants one', async () => {
    const without = await clientBed(tidewell)
    expect((await without.vendor.rotate('key-1', () => undefined)).previousExpiresAt).toBeNull()
    expect(without.sent[0]?.body).toBeNull()
    const told = await clientBed(tidewell, 2 * day)
    const end = new Date(told.now().getTime() + 2 * day * 1000)
    expect((await told.vendor.rotate('key-1', () => undefined)).previousExpiresAt).toEqual(end)
    expect(told.sent[0]?.body).toBe(JSON.stringify({ retire_after: end.toISOString() }))
  })
})
