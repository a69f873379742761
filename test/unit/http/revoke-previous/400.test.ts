import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/endpoints/{id}/secret/revoke-previous', () => {
  it.each([
    ['garbage', 'body'],
    ['[]', 'body'],
    ['null', 'body'],
    ['{"foo": 1}', 'foo'],
    ['{"reason": "x"}', 'reason'],
    ['{"requireProof": "yes"}', 'requireProof'],
  ])('400 for the body %s, and nothing is revoked', async (body, fault) => {
    const { rotate, send, token, base } = await ownEndpoint()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    expect(faultsOf(await send('POST', path, { ...bearer(token), body }))).toEqual(invalid(fault))
    const state = await send('GET', `${base}/secret`, bearer(token))
    expect(Object(state.json).keys).toHaveLength(2)
    expect(await send('POST', path, { ...bearer(token), body: '{}' })).toMatchObject({
      status: 200,
      json: { revokedKeyIds: [expect.any(String)] },
    })
  })
})
