import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, harness, tenant } from '../harness'
import { storeDelivery } from '../stored-delivery'

it.each([
  ['failed', 'pending', 1],
  ['success', 'success', 0],
] as const)('202 for a delivery that is %s, which is %s then', async (before, after, queued) => {
  const made = harness()
  const { endpoint } = await made.endpoint(keyturn, tenant)
  const { messageId } = storeDelivery(made, endpoint, { status: before })
  const path = `/v1/deliveries/${messageId}/send-again`
  const reply = await made.send('POST', path, bearer(await made.apiKey(keyturn, tenant)))
  expect(reply).toMatchObject({ status: 202, json: { id: messageId, status: after } })
  expect(made.tables.delivery.queued).toHaveLength(queued)
})
