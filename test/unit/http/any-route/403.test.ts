import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, sessionToken, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

async function readers() {
  const own = await ownEndpoint()
  const member = bearer(sessionToken({ id: 'max', role: 'member', tenantIds: [tenant] }))
  const reader = bearer(await own.apiKey(keyturn, tenant, { permissions: ['endpoints:read'] }))
  return { ...own, member, reader }
}

describe('a member, and an API key that may only read', () => {
  it.each([
    ['POST', ''],
    ['PATCH', '/{id}'],
    ['DELETE', '/{id}'],
    ['POST', '/{id}/secret/rotate'],
    ['POST', '/{id}/secret/revoke-previous'],
  ])('403 for %s /v1/endpoints%s', async (method, rest) => {
    const { send, id, member, reader } = await readers()
    const path = `/v1/endpoints${rest.replace('{id}', id)}`
    expect(await send(method, path, member)).toMatchObject({ status: 403, json: { code: 'role-required' } })
    expect(await send(method, path, reader)).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
  })

  it('403 for nothing that only reads', async () => {
    const { send, base, member, reader } = await readers()
    for (const path of ['/v1/endpoints', base, `${base}/secret`, `${base}/rotations`]) {
      expect((await send('GET', path, member)).status).toBe(200)
      expect((await send('GET', path, reader)).status).toBe(200)
    }
  })
})
