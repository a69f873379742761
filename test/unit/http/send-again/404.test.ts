import { expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, harness } from '../harness'
import { storeDelivery } from '../stored-delivery'

it('404 with the same bytes for a delivery that is malformed, unknown, another tenant’s or another contract’s', async () => {
  const made = harness()
  const { send, apiKey } = made
  const { messageId } = storeDelivery(made, (await made.endpoint(featurebase, 'acme')).endpoint, { status: 'success' })
  const credential = bearer(await apiKey(thesignup, 'acme'))
  const ids = ['7e519000-0000-4000-8000-0000000000aa', 'x'.repeat(65), messageId]
  const replies = await Promise.all(ids.map(id => send('POST', `/webhooks/deliveries/${id}/replay`, credential)))
  for (const reply of replies) {
    expect(reply).toMatchObject({ status: 404, json: { detail: 'There is no such delivery.' } })
  }
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  const path = `/v1/deliveries/${messageId}/send-again`
  expect((await send('POST', path, bearer(await apiKey(keyturn, 'other')))).status).toBe(404)
  const own = await send('POST', path, bearer(await apiKey(keyturn, 'acme')))
  expect(own.json).toMatchObject({ id: messageId, status: 'success' })
})
