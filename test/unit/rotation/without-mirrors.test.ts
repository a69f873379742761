import { expect, it } from '@jest/globals'
import { mirrorState, withoutMirrors } from '../../../src/rotation/mirror'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

it('reads every endpoint as one whose mirror is off, and looks at no mirror again', async () => {
  const table = endpointTable()
  const endpoint = { ...sampleEndpoint(), lookAgainAt: noon }
  expect(endpoint.settings.mirror).toBe('on')
  await memoryEndpointStore(table).create(endpoint, null)
  const store = withoutMirrors(memoryEndpointStore(table))
  const loaded = await store.load({ tenantId: endpoint.tenantId, endpointId: endpoint.id })
  expect(loaded && mirrorState(loaded)).toBe('off')
  expect(loaded?.lookAgainAt).toBeNull()
  const { items } = await store.list(endpoint.tenantId, { limit: 10, after: null })
  expect(items.map(mirrorState)).toEqual(['off'])
})
