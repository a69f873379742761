import { expect, it } from '@jest/globals'
import { bearer, textAt } from '../harness'
import { platform } from '../platform'

it('413 for a body above 64 KiB, and nothing has ended', async () => {
  const { create, send, token, tables } = await platform()
  const id = textAt(await create(), 'id')
  const body = ' '.repeat(64 * 1024 + 1)
  for (const path of [`/v1/api-keys/${id}`, '/v1/tenants/acme/credentials']) {
    expect((await send('DELETE', path, { ...bearer(token), body })).status).toBe(413)
  }
  expect([...tables.keys.apiKeys.values()].filter(({ revokedAt }) => revokedAt !== null)).toEqual([])
})
