import { describe, expect, it } from '@jest/globals'
import { harness, type Reply, secondsUntil, sessionToken, textAt } from '../../http/harness'
import { untilnoon } from './untilnoon'

describe('untilnoon', () => {
  async function setup() {
    const made = harness([untilnoon])
    const { endpoint } = await made.endpoint(untilnoon, 'club:one', { url: null })
    const key = await made.apiKey(untilnoon, 'club:one', { tenantIds: ['club:one', 'person:two'] })
    const headers = { 'Untilnoon-Token': key, 'Untilnoon-Owner': 'club:one' }
    const rotate = (body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
      made.send('POST', `/hooks/${endpoint.id}/rotations`, {
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      })
    return { ...made, id: endpoint.id, headers, rotate }
  }

  it.each([
    ['2026-11-21T12:30:00Z', 1800],
    ['2026-11-21T13:30:00.000+01:00', 1800],
    ['2026-11-21T12:00:00.250Z', 1],
  ])('201 keeps the key before until %s', async (validUntil, seconds) => {
    const { rotate, id } = await setup()
    const reply = await rotate({ validUntil })
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject({ hook: { id, active: true }, secret: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(secondsUntil(reply, 'until')).toBe(seconds)
    expect(textAt(reply, 'until')).toMatch(/\.\d{6}\+00:00$/)
  })

  it.each([
    '2026-11-21T11:59:59Z',
    '2026-11-21T14:00:01Z',
    '2026-11-21',
    'noon',
    '2026-13-01T00:00:00Z',
    1_795_262_400,
  ])('400 for the instant %j, whose message is all that its errors show', async validUntil => {
    const { rotate } = await setup()
    const reply = await rotate({ validUntil })
    expect(reply.status).toBe(400)
    expect(reply.json).toMatch(/^validUntil must /)
  })

  it('400 for an instant that is too far, which says how far from now it may be', async () => {
    const { rotate } = await setup()
    const reply = await rotate({ validUntil: '2027-11-21T12:00:00Z' })
    expect(reply).toMatchObject({ status: 400, json: 'validUntil must be 0 to 7200 seconds from now.' })
  })

  it('404 in a version before the operation, with the version that has it; 400 in none', async () => {
    const { rotate } = await setup()
    expect((await rotate({}, { 'Untilnoon-Version': '2' })).status).toBe(201)
    const older = await rotate({}, { 'Untilnoon-Version': '1' })
    expect(older).toMatchObject({ status: 404, json: 'This is available from version 2 on.' })
    expect((await rotate({}, { 'Untilnoon-Version': '4' })).status).toBe(400)
  })

  it('400 for a key of several owners that names none; 404 for another one, 400 for another kind', async () => {
    const { rotate, send, headers, id } = await setup()
    expect(
      (await send('POST', `/hooks/${id}/rotations`, { headers: { 'Untilnoon-Token': headers['Untilnoon-Token'] } }))
        .status,
    ).toBe(400)
    expect((await rotate({}, { 'Untilnoon-Owner': 'person:two' })).status).toBe(404)
    expect((await rotate({}, { 'Untilnoon-Owner': 'club:other' })).status).toBe(404)
    expect((await rotate({}, { 'Untilnoon-Owner': 'game:one' })).status).toBe(400)
  })

  it('200 for a session in the same header', async () => {
    const { rotate, send, id } = await setup()
    await rotate({})
    const session = sessionToken({ id: 'max', role: 'member', tenantIds: ['club:one'] })
    const history = await send('GET', `/hooks/${id}/rotations?limit=1`, { headers: { 'Untilnoon-Token': session } })
    expect(history.json).toEqual({
      items: [{ v: 2, at: '2026-11-21T12:00:00.001000+00:00' }],
      next: expect.any(String),
    })
    const refused = await send('POST', `/hooks/${id}/rotations`, { headers: { 'Untilnoon-Token': session } })
    expect(refused.status).toBe(403)
  })

  it('200 changes settings with a PUT', async () => {
    const { send, id, headers } = await setup()
    const reply = await send('PUT', `/hooks/${id}`, { headers, body: '{"description": "new", "url": null}' })
    expect(reply).toMatchObject({ status: 200, json: { id, description: 'new' } })
  })
})
