import { describe, expect, it } from '@jest/globals'
import { operator } from '../../../../src/access/api-key'
import { storno } from '../../../../src/contracts/storno'
import { memoryApiKeyStore } from '../../../support/memory/memory-api-key-store'
import { bearer, NOON, tenant, textAt } from '../harness'
import { platform } from '../platform'

describe('DELETE /v1/api-keys/{id}', () => {
  it('204, and the API key is 401 from then on', async () => {
    const { create, send, token } = await platform()
    const { apiKey, id } = Object((await create()).json)
    expect((await send('GET', '/v1/endpoints', bearer(apiKey))).status).toBe(200)
    expect(await send('DELETE', `/v1/api-keys/${id}`, bearer(token))).toMatchObject({ status: 204, text: '' })
    expect(await send('GET', '/v1/endpoints', bearer(apiKey))).toMatchObject({ status: 401 })
  })

  it('204 for an API key of a vendor’s contract, too', async () => {
    const { send, token, apiKey, tables } = await platform()
    await apiKey(storno, tenant)
    const [, made] = tables.keys.apiKeys.values()
    expect((await send('DELETE', `/v1/api-keys/${made?.id}`, bearer(token))).status).toBe(204)
    expect([...tables.keys.apiKeys.values()][1]).toMatchObject({ revokedAt: NOON })
  })

  it('204 again for a repeat, which changes nothing, records nothing, and is told under the same id', async () => {
    const { create, send, token, later, makerId, tables } = await platform()
    const id = textAt(await create(), 'id')
    await send('DELETE', `/v1/api-keys/${id}`, bearer(token))
    later(60)
    expect((await send('DELETE', `/v1/api-keys/${id}`, bearer(token))).status).toBe(204)
    const by = { kind: 'api-key', id: makerId }
    expect([...tables.keys.apiKeys.values()][1]).toMatchObject({
      revokedAt: NOON,
      revokedBy: by,
    })
    expect(tables.keys.records.map(({ kind }) => kind)).toEqual(['create-api-key', 'revoke-api-key'])
    const told = tables.published.ofApiKeys.filter(({ type }) => type === 'api-key.revoked')
    expect(told).toHaveLength(2)
    expect(told[1]).toEqual(told[0])
    expect(told[0]).toMatchObject({ id: `${id}-revoked-acme`, tenantId: 'acme', apiKeyId: id, at: NOON, actor: by })
  })

  it('204 for one that the command has ended, which is told as the operator’s ending', async () => {
    const { create, send, token, tables } = await platform()
    const id = textAt(await create(), 'id')
    await memoryApiKeyStore(tables.keys).revoke(id, { at: NOON, by: operator })
    expect((await send('DELETE', `/v1/api-keys/${id}`, bearer(token))).status).toBe(204)
    expect(tables.published.ofApiKeys.at(-1)).toMatchObject({ id: `${id}-revoked-acme`, at: NOON, actor: operator })
  })
})
