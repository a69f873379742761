import { expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, faultsOf, harness, invalid, sessionToken, tenant } from '../harness'
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

it('400 for a parameter of the query that nothing reads, naming it and what there is', async () => {
  const { send, base, token } = await ownEndpoint()
  const auth = bearer(token)
  const refused = await send('GET', `${base}/rotations?limit=5&order=asc`, auth)
  expect([refused.status, refused.json]).toEqual([
    400,
    expect.objectContaining({ errors: [{ path: 'order', message: 'is not known; known are: limit, cursor' }] }),
  ])
  expect(faultsOf(await send('POST', `${base}/secret/rotate?overlapSeconds=0`, auth))).toEqual(
    invalid('overlapSeconds'),
  )
  expect(faultsOf(await send('DELETE', `${base}?force=true`, auth))).toEqual(invalid('force'))
  expect((await send('GET', base, auth)).status).toBe(200)
})

it('200 with such a parameter where the contract ignores what it does not know', async () => {
  const { send, apiKey, endpoint } = harness()
  const { endpoint: made } = await endpoint(thesignup, tenant)
  const token = await apiKey(thesignup, tenant)
  expect((await send('POST', `/webhooks/${made.id}/rotate?x=1`, bearer(token))).status).toBe(200)
})
