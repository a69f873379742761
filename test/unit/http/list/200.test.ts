import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { addSeconds } from '../../../../src/core/instant'
import { bearer, jsonBody, NOON, tenant, textAt } from '../harness'
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

  it('200 shows when the key that signs was made, which a published key does not change', async () => {
    const { send, token, rotate, id, base, clock } = await ownEndpoint()
    const shown = async (): Promise<unknown> => Object((await send('GET', '/v1/endpoints', bearer(token))).json).data
    clock.now = addSeconds(NOON, 60)
    const published = await rotate({ signing: 'manual' })
    expect(await shown()).toMatchObject([{ id, currentKeyCreatedAt: NOON.toISOString() }])
    const promotion = { keyId: textAt(published, 'keyId'), force: true }
    await send('POST', `${base}/secret/promote`, jsonBody(token, promotion))
    expect(await shown()).toMatchObject([{ id, currentKeyCreatedAt: '2026-11-21T12:01:00.000Z' }])
  })
})
