import { describe, expect, it } from '@jest/globals'
import { harness, NOON, type Reply } from '../../http/harness'
import { moorgate } from './moorgate'
import { northlight } from './northlight'

describe('moorgate', () => {
  async function setup() {
    const made = harness([moorgate])
    const { endpoint, secret } = await made.endpoint(moorgate, 'quay')
    const key = await made.apiKey(moorgate, 'quay')
    const rotate = (days: string, body = '{"urgent": false}', query = `?api_key=${key}`): Promise<Reply> =>
      made.send('PUT', `/moorings/${endpoint.id}/overlap/${days}${query}`, {
        headers: { 'Moor-Account': 'quay' },
        body,
      })
    return { ...made, first: secret.reveal(), rotate }
  }

  it.each([
    ['1', 86_400],
    ['2.9', 172_800],
    ['10', 864_000],
  ])('200 takes %s days from its path, rounded down, and lists both secrets', async (days, seconds) => {
    const { rotate, tables, first } = await setup()
    const reply = await rotate(days)
    expect(reply).toMatchObject({
      status: 200,
      json: [{ text: first }, { text: expect.stringMatching(/^[\w+/]{40}$/) }],
    })
    const [stored] = tables.endpoints.endpoints.values()
    expect(stored?.endpoint.ring.keys[1]?.expiresAt?.getTime()).toBe(NOON.getTime() + 1 + seconds * 1000)
  })

  it.each(['11', 'x', '-1'])('400 for %s days, as a list', async days => {
    const { rotate } = await setup()
    expect(await rotate(days)).toMatchObject({
      status: 400,
      json: [{ why: expect.stringMatching(/^over_days must be /) }],
    })
  })

  it('400 for another constant than the contract’s', async () => {
    const { rotate } = await setup()
    expect(await rotate('1', '{"urgent": true}')).toMatchObject({
      status: 400,
      json: [{ why: 'urgent must be false.' }],
    })
  })

  it('401 without the key in its query', async () => {
    const { rotate } = await setup()
    const reply = await rotate('1', '{}', '')
    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toBeNull()
  })
})

describe('northlight', () => {
  const seconds = NOON.getTime() / 1000

  async function setup() {
    const made = harness([northlight])
    const { endpoint } = await made.endpoint(northlight, 'sky')
    const authorization = `Key ${await made.apiKey(northlight, 'sky')}`
    const rotate = (until: string | null): Promise<Reply> =>
      made.send('POST', `/lights/${endpoint.id}/key`, {
        headers: { authorization, ...(until === null ? {} : { 'North-Until': until }) },
      })
    return { rotate }
  }

  it.each([
    [seconds + 60, 60],
    [seconds + 89, 60],
    [seconds + 91, 120],
  ])('200 keeps the key before until %d from a header, rounded to the nearest minute', async (until, length) => {
    const { rotate } = await setup()
    expect(await rotate(String(until))).toMatchObject({ status: 200, json: { until: seconds + length } })
  })

  it.each([null, '', 'noon', String(seconds - 1), String(seconds + 6100)])('400 for %j', async until => {
    const { rotate } = await setup()
    expect(await rotate(until)).toMatchObject({ status: 400, json: { error: expect.stringMatching(/^North-Until /) } })
  })
})
