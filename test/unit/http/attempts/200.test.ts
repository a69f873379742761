import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('200 lists a test delivery too', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const credential = bearer(await apiKey(keyturn, tenantId))
  world.receiver.answer = response => response.writeHead(500).end()
  await send('POST', `/v1/endpoints/${endpoint.id}/test`, credential)
  expect(await send('GET', `/v1/endpoints/${endpoint.id}/attempts`, credential)).toMatchObject({
    status: 200,
    json: { data: [{ kind: 'test', status: 500 }], nextCursor: null },
  })
})
