import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { faultsOf, harness, invalid, jsonBody, tenant } from '../harness'

it.each([
  ['is missing', {}, ['since']],
  ['is no text', { since: 1 }, ['since']],
  ['has no time', { since: '2026-11-21' }, ['since']],
  ['is in the future', { since: '2026-11-21T12:05:00Z' }, ['since']],
  ['is over 30 days ago', { since: '2026-10-22T11:50:00Z' }, ['since']],
  ['comes with a field that is not known', { since: '2026-11-21T11:00:00Z', until: 1 }, ['until']],
])('400 where `since` %s', async (_name, body, paths) => {
  const { send, apiKey, endpoint } = harness()
  const { endpoint: made } = await endpoint(keyturn, tenant)
  const key = await apiKey(keyturn, tenant)
  const reply = await send('POST', `/v1/endpoints/${made.id}/deliveries/recover`, jsonBody(key, body))
  expect(faultsOf(reply)).toEqual(invalid(...paths))
})
