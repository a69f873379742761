import { expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, harness } from '../harness'
import { storeDelivery } from '../stored-delivery'

it('200 for a delivery that failed, which is queued at once: TheSignup', async () => {
  const made = harness()
  const { endpoint } = await made.endpoint(thesignup, 'acme')
  const { messageId } = storeDelivery(made, endpoint, { status: 'failed', dlqAt: made.clock.now })
  const path = `/webhooks/deliveries/${messageId}/replay`
  const reply = await made.send('POST', path, bearer(await made.apiKey(thesignup, 'acme')))
  expect([reply.status, reply.json]).toEqual([200, { id: messageId, status: 'pending' }])
  expect(made.tables.delivery.queued).toMatchObject([{ message: { messageId, attempt: 1 }, delaySeconds: 0 }])
})
