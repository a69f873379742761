import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('GET /v1/endpoints/{id}/audit', () => {
  it('404 for another tenant’s endpoint, live or deleted, exactly as for an unknown or malformed id', async () => {
    const { send, token, apiKey, endpoint, tables } = await ownEndpoint()
    const foreign = await endpoint(keyturn, 'org_other')
    expect([...tables.audit.records.values()].some(({ tenantId }) => tenantId === 'org_other')).toBe(true)
    const audit = (id: string) => send('GET', `/v1/endpoints/${id}/audit`, bearer(token))
    const unknown = await audit('ep_000000000000000000000000')
    expect(unknown).toMatchObject({ status: 404, json: { code: 'not-found' } })
    const isSame = async (id: string): Promise<void> => expect((await audit(id)).text).toBe(unknown.text)
    await isSame(foreign.endpoint.id)
    await isSame('no%20id')
    const other = bearer(await apiKey(keyturn, 'org_other'))
    expect((await send('DELETE', `/v1/endpoints/${foreign.endpoint.id}`, other)).status).toBe(204)
    await isSame(foreign.endpoint.id)
  })
})
