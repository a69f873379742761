import { describe, expect, it } from '@jest/globals'
import { bearer, type Reply, textAt } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'

describe('POST /v1/endpoints', () => {
  it('409 for the id of an endpoint that exists', async () => {
    const { create } = await ownEndpoint()
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
    expect((await create({ contract: 'storno', id, url })).status).toBe(201)
    expect(await create({ contract: 'storno', id, url })).toMatchObject({
      status: 409,
      json: { code: 'endpoint-exists' },
    })
  })
})

describe('a tenant with as many endpoints as it may have', () => {
  /** Its second request takes the last room. */
  async function almostFull() {
    const own = await ownEndpoint({ mostEndpoints: 2 })
    const last = (): Promise<Reply> => own.create({ url }, { 'Idempotency-Key': 'last' })
    return { ...own, last, made: await last() }
  }
  const refusal = {
    status: 409,
    json: { code: 'too-many-endpoints', detail: expect.stringMatching(/\b2 endpoints\b.*Delete one/) },
  }

  it('409 for one more, of whichever contract', async () => {
    const { create, made } = await almostFull()
    expect(made.status).toBe(201)
    expect(await create({ url })).toMatchObject(refusal)
    expect(await create({ url, contract: 'storno' })).toMatchObject(refusal)
    expect(await create({ contract: 'tumban' })).toMatchObject(refusal)
  })

  it('201 for a repeat of what was made, which counts once', async () => {
    const { last, made, create, send, token } = await almostFull()
    expect(textAt(await last(), 'signingSecret')).toBe(textAt(made, 'signingSecret'))
    await send('DELETE', `/v1/endpoints/${textAt(made, 'endpoint.id')}`, bearer(token))
    expect((await create({ url })).status).toBe(201)
    expect(await create({ url })).toMatchObject(refusal)
  })

  it('201 for a deleted id that is made again, which counts', async () => {
    const { create, send, token, id, base } = await almostFull()
    await send('DELETE', base, bearer(token))
    expect((await create({ url, id })).status).toBe(201)
    expect(await create({ url })).toMatchObject(refusal)
  })
})

describe('an Idempotency-Key', () => {
  const first = { 'Idempotency-Key': 'first' }

  it('409 with another body', async () => {
    const { create } = await ownEndpoint()
    await create({ url }, first)
    expect(await create({ url, name: 'x' }, first)).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    })
  })

  async function createdAndDeleted() {
    const own = await ownEndpoint()
    const path = `/v1/endpoints/${textAt(await own.create({ url }, first), 'endpoint.id')}`
    expect((await own.send('DELETE', path, bearer(own.token))).status).toBe(204)
    return { ...own, path }
  }

  it('409 after the endpoint was deleted, instead of bringing it back', async () => {
    const { create, send, path, token } = await createdAndDeleted()
    expect(await create({ url }, first)).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect((await send('GET', path, bearer(token))).status).toBe(404)
  })

  it('409 after the endpoint was deleted, also with another body', async () => {
    const { create } = await createdAndDeleted()
    expect(await create({ url, name: 'other' }, first)).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    })
  })
})
