import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { bearer, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('GET /v1/endpoints', () => {
  it('200 lists the tenant’s endpoints of every contract page by page, and no other tenant’s', async () => {
    const { send, token, endpoint, id } = await ownEndpoint()
    const other = (await endpoint(storno, tenant)).endpoint.id
    await endpoint(keyturn, 'somebody-else')
    const first = await send('GET', '/v1/endpoints?limit=1', bearer(token))
    const second = await send('GET', `/v1/endpoints?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(token))
    expect([first.status, second.status]).toEqual([200, 200])
    const ids = [first, second].flatMap(page => Object(page.json).data.map((item: { id: string }) => item.id))
    expect(new Set(ids)).toEqual(new Set([id, other]))
    expect(ids).toHaveLength(2)
    expect(second).toMatchObject({ json: { nextCursor: null } })
  })
})
