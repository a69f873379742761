import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { mirroredRotations } from '../../../src/rotation/budget'
import { type Answer, bearer, harness, jsonBody, textAt } from './harness'

const url = 'https://receiver.example/hooks'

async function setup() {
  const api = harness()
  const token = await api.apiKey(keyturn, 'org_1')
  const post = (path: string, body: object, key: string): Promise<Answer> =>
    api.send('POST', path, jsonBody(token, body, { 'idempotency-key': key }))
  const create = (body: object, key: string): Promise<Answer> => post('/v1/endpoints', { url, ...body }, key)
  const id = textAt(await create({}, 'first'), 'endpoint.id')
  const remove = (): Promise<Answer> => api.send('DELETE', `/v1/endpoints/${id}`, bearer(token))
  return { ...api, token, post, create, id, remove, base: `/v1/endpoints/${id}` }
}

describe('revoke-previous with an Idempotency-Key', () => {
  it('200 again, and ends no key that came later, although none was retiring at first', async () => {
    const { post, base, send, token } = await setup()
    const revoke = (): Promise<Answer> => post(`${base}/secret/revoke-previous`, {}, 'r1')
    expect(await revoke()).toMatchObject({ status: 200, json: { version: 1, revokedKeyIds: [] } })
    await post(`${base}/secret/rotate`, {}, 'rotate')
    const repeated = await revoke()
    expect(repeated).toMatchObject({ status: 200, json: { version: 1, revokedKeyIds: [] } })
    expect(repeated.headers.get('idempotency-replayed')).toBe('true')
    expect(Object((await send('GET', `${base}/secret`, bearer(token))).json).keys).toHaveLength(2)
  })

  it('200 with what it ended, and says that it is a replay', async () => {
    const { post, base } = await setup()
    await post(`${base}/secret/rotate`, {}, 'rotate')
    const first = await post(`${base}/secret/revoke-previous`, {}, 'r1')
    const repeated = await post(`${base}/secret/revoke-previous`, {}, 'r1')
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(repeated.headers.get('idempotency-replayed')).toBe('true')
    expect(repeated.json).toEqual(first.json)
    expect(Object(first.json).revokedKeyIds).toHaveLength(1)
  })

  it('writes no new mirror where it ended no key', async () => {
    const { post, base, tables } = await setup()
    const versions = (): number =>
      [...tables.vault.secrets.values()].reduce((sum, { documents }) => sum + documents.size, 0)
    const before = versions()
    await post(`${base}/secret/revoke-previous`, {}, 'r1')
    expect(versions()).toBe(before)
  })
})

describe('a create that is repeated after the endpoint was deleted', () => {
  it('409 instead of bringing it back', async () => {
    const { create, remove, send, base, token } = await setup()
    expect((await remove()).status).toBe(204)
    expect(await create({}, 'first')).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect((await send('GET', base, bearer(token))).status).toBe(404)
  })

  it('409 also with another body', async () => {
    const { create, remove } = await setup()
    await remove()
    expect(await create({ name: 'other' }, 'first')).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    })
  })

  it('201 for a new request with the same id', async () => {
    const { create, remove, id } = await setup()
    await remove()
    expect((await create({ id }, 'second')).status).toBe(201)
  })
})

describe('the budget of mirrored rotations', () => {
  it('429 also for an endpoint that was deleted and made again under its id', async () => {
    const { post, create, remove, base, id, clock } = await setup()
    for (let made = 1; made <= mirroredRotations; made += 1) {
      expect((await post(`${base}/secret/rotate`, { overlapSeconds: 0 }, `rotate-${made}`)).status).toBe(200)
    }
    await remove()
    const again = await create({ id }, 'again')
    expect(again).toMatchObject({ status: 429, json: { code: 'rotation-budget' } })
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await create({ id, mirror: 'off' }, 'unmirrored')).status).toBe(201)
    clock.now = new Date(clock.now.getTime() + 25 * 60 * 60 * 1000)
    expect((await post(`${base}/secret/rotate`, {}, 'later')).status).toBe(200)
  })
})
