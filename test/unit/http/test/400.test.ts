import { expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { bearer, harness, requestsTo, tenant } from '../harness'

it('400 without a company at Storno', async () => {
  const { appWith, endpoint, apiKey } = harness()
  const { id } = (await endpoint(storno, tenant)).endpoint
  const never = { credential: 'cached', perform: () => Promise.reject(new Error('a test was sent')) } as const
  const send = requestsTo(appWith({ uses: { test: never } }))
  const reply = await send('POST', `/api/v1/webhooks/${id}/test`, bearer(await apiKey(storno, tenant)))
  expect(reply.status).toBe(400)
})
