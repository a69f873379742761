import { describe, expect, it } from '@jest/globals'
import { isOfPlatform, isOpen, usesOfDeliver } from '../../../../src/contracts/dimensions'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, faultsOf, invalid, jsonBody, tenant, textAt } from '../harness'
import { platform } from '../platform'

// What an API key for all tenants is at each way that a contract has to name one.

const routes: readonly (readonly [string, string])[] = keyturn.operations
  .filter(({ use }) => !isOpen(use) && !isOfPlatform(use) && !usesOfDeliver.some(each => each === use))
  .map(({ method, path }) => [method, path.replace('{id}', 'ep_1')])

describe('an API key for all tenants, at our own API', () => {
  it.each(routes)('400 naming Keyturn-Tenant where it is missing or malformed: %s %s', async (method, path) => {
    const { send, token } = await platform()
    expect(faultsOf(await send(method, path, bearer(token)))).toEqual(invalid('Keyturn-Tenant'))
    for (const named of ['*', 'a#b', 'acme,zenith', 'x'.repeat(129)]) {
      const reply = await send(method, path, bearer(token, { 'Keyturn-Tenant': named }))
      expect(faultsOf(reply)).toEqual(invalid('Keyturn-Tenant'))
    }
  })

  it('acts for the tenant that the header names, and for no other in the same request', async () => {
    const { send, token, endpoint } = await platform()
    const { endpoint: own } = await endpoint(keyturn, 'acme')
    const rotate = (named: string) =>
      send('POST', `/v1/endpoints/${own.id}/secret/rotate`, jsonBody(token, {}, { 'Keyturn-Tenant': named }))
    expect((await rotate('acme')).status).toBe(200)
    expect((await rotate('zenith')).status).toBe(404)
    const made = await send('POST', '/v1/endpoints', {
      ...jsonBody(token, { url: 'https://receiver.example/hook' }, { 'Keyturn-Tenant': 'zenith' }),
    })
    expect([made.status, textAt(made, 'endpoint.tenantId')]).toEqual([201, 'zenith'])
  })

  it('has no more than its permissions', async () => {
    const { send, token } = await platform({ permissions: ['endpoints:read'] })
    const named = { 'Keyturn-Tenant': 'acme' }
    expect((await send('GET', '/v1/endpoints', bearer(token, named))).status).toBe(200)
    expect((await send('POST', '/v1/endpoints', jsonBody(token, {}, named))).status).toBe(403)
  })

  it('404 for a key of a tenant that names another in the header', async () => {
    const { send, apiKey } = await platform()
    const token = await apiKey(keyturn, 'acme')
    expect((await send('GET', '/v1/endpoints', bearer(token, { 'Keyturn-Tenant': 'zenith' }))).status).toBe(404)
  })
})

describe('an API key for all tenants, at a vendor’s contract', () => {
  it('names the tenant in the contract’s own header, in the contract’s own format', async () => {
    const { send, apiKey, endpoint } = await platform()
    const { endpoint: own } = await endpoint(storno, tenant)
    const token = await apiKey(storno, '', { tenantIds: 'all' })
    const path = `/api/v1/webhooks/${own.id}`
    expect((await send('GET', path, bearer(token, { 'X-Company': tenant.toUpperCase() }))).status).toBe(200)
    expect((await send('GET', path, bearer(token, { 'X-Company': 'acme' }))).status).toBe(400)
    expect((await send('GET', path, bearer(token))).status).toBe(400)
  })

  it('cannot be made where the credential alone says the tenant', async () => {
    const { apiKey } = await platform()
    for (const contract of [thesignup, teambattles]) {
      await expect(apiKey(contract, '', { tenantIds: 'all' })).rejects.toThrow(RangeError)
    }
  })

  it('403 where one is stored all the same', async () => {
    const { send, apiKey, tables } = await platform()
    const token = await apiKey(thesignup, 'acme')
    for (const [sha256, stored] of tables.keys.apiKeys) {
      tables.keys.apiKeys.set(sha256, { ...stored, allTenants: true, tenantIds: [] })
    }
    const id = '7e519000-0000-4000-8000-000000000001'
    expect((await send('POST', `/webhooks/${id}/rotate`, bearer(token))).status).toBe(403)
  })
})
