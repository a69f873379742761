import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer } from '../harness'
import { platform } from '../platform'

it('404 alike for an id that is unknown, malformed, or that of an API key for all tenants', async () => {
  const { send, token, makerId, apiKey, tables } = await platform()
  await apiKey(keyturn, '', { tenantIds: 'all', permissions: ['endpoints:read'] })
  const others = [...tables.keys.apiKeys.values()].map(({ id }) => id)
  expect(others).toContain(makerId)
  const texts = new Set<string>()
  for (const id of [...others, 'key_00000000000000000000', '~', '*', 'a%23b', 'x'.repeat(200)]) {
    const { status, text } = await send('DELETE', `/v1/api-keys/${id}`, bearer(token))
    expect(status).toBe(404)
    texts.add(text)
  }
  expect(texts.size).toBe(1)
  expect([...tables.keys.apiKeys.values()].filter(({ revokedAt }) => revokedAt !== null)).toEqual([])
})
