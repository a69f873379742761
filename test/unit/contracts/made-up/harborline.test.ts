import { describe, expect, it } from '@jest/globals'
import { bearer, harness, NOON, type Reply, textAt } from '../../http/harness'
import { harborline } from './harborline'

describe('harborline', () => {
  async function setup() {
    const made = harness([harborline])
    const { endpoint, secret } = await made.endpoint(harborline, 'pier')
    const key = await made.apiKey(harborline, 'pier')
    const patch = (body: unknown, init: RequestInit = bearer(key)): Promise<Reply> =>
      made.send('PATCH', `/hooks/${endpoint.id}`, { ...init, body: JSON.stringify(body) })
    const rotate = (more: object = {}): Promise<Reply> => patch({ rotation: { now: true, note: 'n', ...more } })
    const live = () => [...made.tables.endpoints.endpoints.values()][0]?.endpoint.ring.keys ?? []
    return { ...made, id: endpoint.id, first: secret.reveal(), key, patch, rotate, live }
  }

  it('200 rotates for one value of one member, and shows numbers, texts with fields and the secret before', async () => {
    const { rotate, id, first } = await setup()
    const reply = await rotate({ keep_old: true })
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      ok: true,
      warnings: null,
      api: 7,
      hook: { id: Number(id), label: `hook ${id} of pier`, secret: textAt(reply, 'hook.secret') },
      previous: first,
      meta: { request: `req_${reply.headers.get('x-request-id')}`, at: '2026-11-21T12:00:00Z' },
    })
    expect(textAt(reply, 'hook.secret')).toMatch(/^hls_[0-9A-Za-z]{32}$/)
    expect(reply.headers.get('x-harbor-request')).toBe(reply.headers.get('x-request-id'))
    expect(reply.headers.get('x-harbor-api')).toBe('7')
  })

  it('200 shows no secret before that has ended, though an older one still works', async () => {
    const { rotate, first, live } = await setup()
    expect((await rotate({ keep_old: true })).json).toMatchObject({ previous: first })
    expect((await rotate({ keep_old: false })).json).not.toHaveProperty('previous')
    expect(live()).toHaveLength(2)
  })

  it('200 pauses where the member that could rotate is a setting as well', async () => {
    const [rotation, ...others] = harborline.operations
    const contract = { ...harborline, operations: [{ ...rotation, when: { status: 'rotate' } }, ...others] } as const
    const made = harness([contract])
    const { id } = (await made.endpoint(contract, 'pier')).endpoint
    const init = { ...bearer(await made.apiKey(contract, 'pier')), body: '{"status":"paused"}' }
    expect((await made.send('PATCH', `/hooks/${id}`, init)).status).toBe(200)
    const [stored] = made.tables.endpoints.endpoints.values()
    expect(stored?.endpoint.settings.status).toBe('paused')
  })

  it.each([[{ rotation: { now: false } }], [{}], [{ url: 'https://other.example/' }]])(
    '200 changes settings, and rotates nothing, for %j',
    async body => {
      const { patch, live, id } = await setup()
      const reply = await patch(body)
      const url = 'url' in body ? body.url : 'https://receiver.example/hooks'
      expect(reply).toMatchObject({ status: 200, json: { ok: true, hook: { id: Number(id), url } } })
      expect(live()).toHaveLength(1)
    },
  )

  it.each<[object, number | null | undefined]>([
    [{}, undefined],
    [{ keep_old: false }, undefined],
    [{ keep_old: true }, 86_400],
    [{ keep_old: 48 }, 172_800],
    [{ keep_old: 'forever' }, null],
  ])('200 keeps the key before for %j: absent is not true', async (more, seconds) => {
    const { rotate, live } = await setup()
    expect((await rotate(more)).status).toBe(200)
    const at = typeof seconds === 'number' ? NOON.getTime() + 1 + seconds * 1000 : seconds
    const [, previous] = live()
    expect(previous?.expiresAt === null ? null : previous?.expiresAt?.getTime()).toBe(at)
  })

  it('400 for null, which is no value of a contract that does not take it for absent', async () => {
    const { rotate } = await setup()
    expect(await rotate({ keep_old: null })).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
  })

  it('200 shows nothing of the key before where it ended', async () => {
    const { rotate } = await setup()
    expect((await rotate()).json).not.toHaveProperty('previous')
  })

  it('200 without an overlap leaves the keys that are retiring already', async () => {
    const { rotate, live } = await setup()
    await rotate({ keep_old: 'forever' })
    await rotate()
    expect(live()).toHaveLength(2)
    expect(live()[1]?.expiresAt).toBeNull()
  })

  it.each([['true'], [1], [null], ['48'], [24]])('400 for keep_old %j, in a shape of its own', async keepOld => {
    const { rotate } = await setup()
    expect(await rotate({ keep_old: keepOld })).toMatchObject({
      status: 400,
      json: {
        ok: false,
        code: 'invalid-request',
        each: ['rotation.keep_old: must be 48 or true or false or "forever"'],
      },
    })
  })

  it('400 names every member at fault: one that is required, and one that is unknown in a nested object', async () => {
    const { patch } = await setup()
    const reply = await patch({ rotation: { now: true, colour: 'red' }, other: 1 })
    expect(Object(reply.json).each).toEqual([
      'rotation.note: must be given',
      expect.stringMatching(/^rotation\.colour: is not known/),
      expect.stringMatching(/^other: is not known/),
    ])
  })

  it('200 for the credential in each of its places, and 401 for two that differ, named twice or bare', async () => {
    const { send, id, key, apiKey } = await setup()
    const other = await apiKey(harborline, 'pier')
    const status = async (query: string, headers: Record<string, string>): Promise<number> =>
      (await send('PATCH', `/hooks/${id}${query}`, { headers, body: '{}' })).status
    const token = { 'X-Harbor-Token': `Token ${key}` }
    expect(await status('', { authorization: `Bearer ${key}` })).toBe(200)
    expect(await status('', token)).toBe(200)
    expect(await status('', { authorization: `Basic ${btoa(`${key}:x`)}` })).toBe(200)
    expect(await status(`?key=${key}`, {})).toBe(200)
    expect(await status(`?key=${key}`, token)).toBe(200)
    const refused = 418
    expect(await status(`?key=${other}`, token)).toBe(refused)
    expect(await status(`?key=${key}&key=${key}`, {})).toBe(refused)
    expect(await status('', { 'X-Harbor-Token': key })).toBe(refused)
    expect(await status('', {})).toBe(refused)
  })

  it('logs no credential of a query', async () => {
    const { send, id, key, lines } = await setup()
    await send('PATCH', `/hooks/${id}?key=${key}`, { body: '{"rotation": {"now": true, "note": "n"}}' })
    await send('PATCH', `/hooks/${id}?key=${key}x`, { body: '{}' })
    expect(lines.length).toBeGreaterThan(1)
    expect(JSON.stringify(lines)).not.toContain(key.slice(3))
  })

  it('403 without a body, where the page has none', async () => {
    const { send, id, apiKey } = await setup()
    const weak = await apiKey(harborline, 'pier', { permissions: [] })
    const reply = await send('PATCH', `/hooks/${id}`, { ...bearer(weak), body: '{}' })
    expect([reply.status, reply.text, reply.headers.get('content-type')]).toEqual([403, '', null])
    expect(reply.headers.get('x-harbor-request')).toBe(reply.headers.get('x-request-id'))
  })

  it('404 and any other refusal in the words of the page, with values in them', async () => {
    const { send, key } = await setup()
    const missing = await send('PATCH', '/hooks/123', { ...bearer(key), body: '{}' })
    expect(missing).toMatchObject({ status: 404, json: { ok: false, faults: ['No hook has the id 123.'] } })
    expect(missing.headers.get('x-harbor-request')).toBe(missing.headers.get('x-request-id'))
    const noRoute = await send('GET', '/hooks/123/x')
    expect(noRoute).toMatchObject({
      status: 418,
      json: { faults: ['Ask the harbour master.'], at: NOON.getTime() / 1000 },
    })
  })
})
