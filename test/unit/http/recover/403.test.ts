import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, jsonBody, tenant } from '../harness'

it('403 without the permission endpoints:write, before the endpoint is looked for', async () => {
  const { send, apiKey } = harness()
  const key = await apiKey(keyturn, tenant, { permissions: ['endpoints:read', 'events:write'] })
  const reply = await send('POST', '/v1/endpoints/ep_unknown/deliveries/recover', jsonBody(key, {}))
  expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
})
