import { describe, expect, it } from '@jest/globals'
import { bearer, textAt } from '../harness'
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
