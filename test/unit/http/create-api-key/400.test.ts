import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, faultsOf, harness, invalid, jsonBody, tenant, textAt } from '../harness'
import { asked, platform } from '../platform'

describe('POST /v1/api-keys', () => {
  it.each<[string, object, string[]]>([
    ['no name', { name: '' }, ['name']],
    ['a long name', { name: 'n'.repeat(201) }, ['name']],
    ['a name that is no text', { name: 1 }, ['name']],
    ['a name that clears a line', { name: 'CI\u001b[2K\r' }, ['name']],
    ['a name of two lines', { name: 'CI\nkey_2' }, ['name']],
    ['a name with a C1 control', { name: 'CI\u009b2K' }, ['name']],
    ['a name with half a character', { name: 'CI\ud83d' }, ['name']],
    ['no tenant', { tenantIds: [] }, ['tenantIds']],
    ['all tenants by a star', { tenantIds: ['*'] }, ['tenantIds.0']],
    ['a star beside a tenant', { tenantIds: ['acme', '*'] }, ['tenantIds.1']],
    ['tenants that are no list', { tenantIds: 'all' }, ['tenantIds']],
    ['a tenant with #', { tenantIds: ['a#b'] }, ['tenantIds.0']],
    ['a tenant twice', { tenantIds: ['acme', 'acme'] }, ['tenantIds.1']],
    ['51 tenants', { tenantIds: Array.from({ length: 51 }, (_, n) => `org_${n}`) }, ['tenantIds']],
    ['all tenants by a member of their own', { allTenants: true }, ['allTenants']],
    ['no permission', { permissions: [] }, ['permissions']],
    ['an unknown permission', { permissions: ['fly'] }, ['permissions.0']],
    ['the permission to make keys', { permissions: ['endpoints:read', 'keys:write'] }, ['permissions.1']],
    ['every permission by a star', { permissions: ['*'] }, ['permissions.0']],
    ['an expiry that is no time', { expiresAt: 'soon' }, ['expiresAt']],
    ['an expiry on a day that there is not', { expiresAt: '2027-02-29T00:00:00Z' }, ['expiresAt']],
    ['an expiry of null', { expiresAt: null }, ['expiresAt']],
    ['an expiry that is over', { expiresAt: '2026-11-21T12:00:00Z' }, ['expiresAt']],
    ['more than a year', { expiresAt: '2027-11-22T12:00:01Z' }, ['expiresAt']],
    ['a plan', { plan: 'gold' }, ['plan']],
  ])('400 for %s, and no API key is made', async (_, changes, paths) => {
    const { create, tables } = await platform()
    expect(faultsOf(await create(changes))).toEqual(invalid(...paths))
    expect(tables.keys.apiKeys.size).toBe(1)
  })

  it('400 says what a name may have', async () => {
    const { create } = await platform()
    const reply = await create({ name: 'CI\r' })
    expect(textAt(reply, 'detail')).toBe(
      'name must be a text of 1 to 200 characters, none of them a control character.',
    )
  })

  it('400 naming all that is missing', async () => {
    const { send, token } = await platform()
    const reply = await send('POST', '/v1/api-keys', jsonBody(token, {}))
    expect(faultsOf(reply)).toEqual(invalid(...Object.keys(asked)))
  })

  it('400 for an expiry after the maker’s own, saying the latest', async () => {
    const { create } = await platform({ expiresAt: new Date('2026-12-21T12:00:00Z') })
    const reply = await create({ expiresAt: '2026-12-21T12:00:00.001Z' })
    expect(faultsOf(reply)).toEqual(invalid('expiresAt'))
    expect(textAt(reply, 'detail')).toContain('2026-12-21T12:00:00.000Z')
  })

  it('400 for a tenant that the contract cannot have, whatever its contract', async () => {
    const clinics: Contract = {
      ...keyturn,
      name: 'clinics',
      tenant: { from: 'header', header: 'X-Clinic', format: 'uuid' },
    }
    const { send, apiKey } = harness([clinics])
    const token = await apiKey(clinics, '', { tenantIds: 'all' })
    const create = (tenantIds: readonly string[]) =>
      send('POST', '/v1/api-keys', jsonBody(token, { ...asked, tenantIds }))
    expect(faultsOf(await create([tenant, 'acme']))).toEqual(invalid('tenantIds.1'))
    const made = await create([tenant.toUpperCase()])
    expect(made).toMatchObject({ status: 201, json: { tenantIds: [tenant], contract: 'clinics' } })
    const ended = await send('DELETE', `/v1/tenants/${tenant.toUpperCase()}/credentials`, bearer(token))
    expect(ended).toMatchObject({ status: 200, json: { endedApiKeyIds: [textAt(made, 'id')] } })
    expect((await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))).status).toBe(404)
  })

  it('400 for a parameter of the query', async () => {
    const { send, token } = await platform()
    const reply = await send('POST', '/v1/api-keys?allTenants=true', jsonBody(token, asked))
    expect(faultsOf(reply)).toEqual(invalid('allTenants'))
  })
})
