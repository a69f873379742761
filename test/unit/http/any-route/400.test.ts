import { expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid, sessionToken, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

it('400 for a session of several tenants that names none, or a malformed one; 200 for its own, else 404', async () => {
  const { send, base } = await ownEndpoint()
  const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant, 'other'] })
  expect(faultsOf(await send('GET', base, bearer(admin)))).toEqual(invalid('Keyturn-Tenant'))
  expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': tenant }))).status).toBe(200)
  expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'other' }))).status).toBe(404)
  expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'third' }))).status).toBe(404)
  expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'a#b' }))).status).toBe(400)
  expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'x'.repeat(129) }))).status).toBe(400)
})
