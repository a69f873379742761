import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tumban } from '../../../../src/contracts/tumban'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('409 for an endpoint without a URL', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(tumban, { url: null })
  const token = await apiKey(keyturn, tenantId)
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token))
  expect(reply).toMatchObject({ status: 409, json: { code: 'endpoint-without-url' } })
  expect(world.published.map(({ type }) => type)).not.toContain('secret.proof-failed')
})
