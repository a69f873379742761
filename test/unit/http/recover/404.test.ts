import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, jsonBody, tenant } from '../harness'

it('404 for an endpoint of another tenant, before the body is read', async () => {
  const { send, apiKey, endpoint } = harness()
  const { endpoint: foreign } = await endpoint(keyturn, 'org_2')
  const key = await apiKey(keyturn, tenant)
  const reply = await send('POST', `/v1/endpoints/${foreign.id}/deliveries/recover`, jsonBody(key, { since: 1 }))
  expect(reply.status).toBe(404)
})
