import { describe, expect, it } from '@jest/globals'
import { bearer, harness, NOON, textAt } from '../../http/harness'
import { ferrypost } from './ferrypost'

describe('ferrypost', () => {
  const path = (id: string): string => `/harbours/kiel/hooks/${id}/secret`

  async function setup() {
    const made = harness([ferrypost])
    const { endpoint, secret } = await made.endpoint(ferrypost, 'kiel', { url: null })
    const key = await made.apiKey(ferrypost, 'kiel')
    return { ...made, id: endpoint.id, before: secret.reveal(), headers: { 'x-api-key': key } }
  }

  it('204 without a body for a PUT, and 200 with the secret and unix seconds on a GET', async () => {
    const { send, id, before, headers } = await setup()
    expect(id).toMatch(/^[1-9][0-9]{7}$/)
    const rotated = await send('PUT', path(id), { headers, body: '{"keep_minutes": 5}' })
    expect(rotated).toMatchObject({ status: 204, text: '' })
    expect(rotated.headers.get('content-type')).toBeNull()
    const shown = await send('GET', path(id), { headers })
    expect(shown.status).toBe(200)
    expect(shown.json).toEqual({
      secret: textAt(shown, 'secret'),
      since: NOON.getTime() / 1000,
      until: NOON.getTime() / 1000 + 300,
    })
    expect(textAt(shown, 'secret')).toMatch(/^fp\.[0-9a-f]{48}$/)
    expect(textAt(shown, 'secret')).not.toBe(before)
    expect(shown.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['', 'ann@kiel.example/token', 'ferry'])(
    '204 for the key as the password of %j, 401 as the user',
    async user => {
      const { send, id, headers } = await setup()
      const status = async (pair: string): Promise<number> =>
        (await send('PUT', path(id), { headers: { authorization: `Basic ${btoa(pair)}` } })).status
      const key = headers['x-api-key']
      expect(await status(`${user}:${key}`)).toBe(204)
      for (const pair of [`${key}:${user}`, `${key}:`, key, `${user}:`, `${user}:${key}:`]) {
        expect([pair, await status(pair)]).toEqual([pair, 401])
      }
    },
  )

  it('200 is recorded each time that it shows the secret', async () => {
    const { send, id, headers, tables } = await setup()
    await send('GET', path(id), { headers })
    await send('GET', path(id), { headers })
    const kinds = [...tables.audit.records.values()].map(record => record.kind)
    expect(kinds.filter(kind => kind === 'replay')).toHaveLength(2)
  })

  it('200 masks the secret, words the status, leaves out what is null, and writes one time in milliseconds', async () => {
    const { send, id, before, headers } = await setup()
    const reply = await send('GET', `/harbours/kiel/hooks/${id}`, { headers })
    const seconds = NOON.getTime() / 1000
    expect(reply.json).toEqual({
      hook: { id, secret: `fp.********${before.slice(-4)}`, state: 1, created: seconds, changed: seconds * 1000 },
    })
  })

  it('204 ends the retiring key at once when a second rotation replaces it', async () => {
    const { send, id, headers, tables } = await setup()
    await send('PUT', path(id), { headers, body: '{"keep_minutes": 60}' })
    await send('PUT', path(id), { headers, body: '{"keep_minutes": 60}' })
    const [stored] = tables.endpoints.endpoints.values()
    expect(stored?.endpoint.ring.keys).toHaveLength(2)
    expect(stored?.endpoint.ring.version).toBe(3)
  })

  it('401, 404 and 400 with numbers: no key, another header, another harbour, a malformed id, a field out of range', async () => {
    const { send, id, headers } = await setup()
    expect(await send('PUT', path(id))).toMatchObject({ status: 401, json: { fault: { number: 40_100 } } })
    const asBearer = bearer(headers['x-api-key'])
    expect(await send('PUT', path(id), asBearer)).toMatchObject({ status: 401 })
    const foreign = await send('PUT', `/harbours/oslo/hooks/${id}/secret`, { headers })
    expect(foreign).toMatchObject({ status: 404, json: { fault: { number: 40_401, text: 'No such hook.' } } })
    for (const other of ['0123', 'abc', '9'.repeat(20)]) {
      expect((await send('PUT', path(other), { headers })).text).toBe(foreign.text)
    }
    expect((await send('PUT', `/harbours/ki%23el/hooks/${id}/secret`, { headers })).text).toBe(foreign.text)
    const tooLong = await send('PUT', path(id), { headers, body: '{"keep_minutes": 61}' })
    expect(tooLong).toMatchObject({ status: 400, json: { fault: { number: 40_000, field: 'keep_minutes' } } })
  })

  it('204 ignores an Idempotency-Key, and fields that it does not know', async () => {
    const { send, id, headers, tables } = await setup()
    const init = { headers: { ...headers, 'Idempotency-Key': 'x' }, body: '{"colour": "red"}' }
    expect((await send('PUT', path(id), init)).status).toBe(204)
    expect((await send('PUT', path(id), init)).status).toBe(204)
    expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(3)
  })
})
