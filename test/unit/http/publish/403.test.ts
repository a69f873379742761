import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, jsonBody, tenant } from '../harness'

it('403 without the permission events:write', async () => {
  const { send, apiKey } = harness()
  const token = await apiKey(keyturn, tenant, { permissions: ['endpoints:write'] })
  const reply = await send('POST', '/v1/events', jsonBody(token, { type: 'a', payload: 1 }))
  expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
})
