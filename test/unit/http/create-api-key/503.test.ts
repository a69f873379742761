import { expect, it } from '@jest/globals'
import { apiKeyUses } from '../../../../src/http/uses/api-keys'
import { jsonBody, requestsTo } from '../harness'
import { asked, platform } from '../platform'

it('503 where nobody can be told of the API key, which is ended again and not shown', async () => {
  const { appWith, deps, apiKeys, portalSessions, tables, token } = await platform()
  const events = { publish: () => Promise.reject(new Error('the bus takes nothing')) }
  const send = requestsTo(appWith({ uses: apiKeyUses({ ...deps, apiKeys, portalSessions, events }) }))
  const reply = await send('POST', '/v1/api-keys', jsonBody(token, asked))
  expect(reply).toMatchObject({ status: 503, json: { code: 'unavailable' } })
  expect(reply.headers.get('retry-after')).toBe('5')
  expect(reply.text).not.toContain('kt_')
  const [, made] = tables.keys.apiKeys.values()
  expect(made).toMatchObject({ name: asked.name, revokedAt: deps.now() })
  expect(tables.keys.records.map(({ kind }) => kind)).toEqual(['create-api-key', 'revoke-api-key'])
})
