import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { bearer, tenant, textAt } from '../harness'
import { asked, platform } from '../platform'

interface Listed {
  readonly data: readonly { readonly id: string }[]
  readonly nextCursor: string | null
}

describe('GET /v1/api-keys', () => {
  it('200 with the API keys of named tenants, of every contract, and never their texts', async () => {
    const { create, send, token, apiKey } = await platform()
    const made = await create()
    await apiKey(storno, tenant, { name: 'storno' })
    const { status, json, text } = await send('GET', '/v1/api-keys', bearer(token))
    const { apiKey: bare, ...shown } = Object(made.json)
    expect([status, Object(json).nextCursor]).toEqual([200, null])
    expect(Object(json).data).toHaveLength(2)
    expect(Object(json).data).toEqual(
      expect.arrayContaining([
        shown,
        expect.objectContaining({ contract: 'storno', createdBy: { kind: 'operator', id: 'keyturn keys' } }),
      ]),
    )
    expect(text).not.toContain(bare)
    expect(text).not.toContain('sha256')
  })

  it('200 with those of one tenant, page by page, none twice and none left out', async () => {
    const { create, send, token } = await platform()
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) ids.push(textAt(await create({ tenantIds: ['acme', `org_${n}`] }), 'id'))
    await create({ tenantIds: ['zenith'] })
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { json } = await send('GET', `/v1/api-keys?tenant=acme&limit=2${cursor}`, bearer(token))
      const { data, nextCursor } = json as Listed
      expect(data.length).toBeLessThan(3)
      seen.push(...data.map(({ id }) => id))
      if (nextCursor === null) break
      cursor = `&cursor=${nextCursor}`
    }
    expect(seen).toEqual(ids.toSorted())
    const none = await send('GET', '/v1/api-keys?tenant=nobody', bearer(token))
    expect(none.json).toEqual({ data: [], nextCursor: null })
  })

  it('200 shows no API key for all tenants, the caller’s own neither', async () => {
    const { send, token, apiKey } = await platform()
    await apiKey(keyturn, '', { tenantIds: 'all', permissions: ['endpoints:read'] })
    expect((await send('GET', '/v1/api-keys', bearer(token))).json).toEqual({ data: [], nextCursor: null })
  })

  it('200 says which have expired and which were ended', async () => {
    const { create, send, token, later } = await platform()
    const ended = textAt(await create(), 'id')
    await create({ name: 'short', expiresAt: '2026-11-21T12:00:10Z' })
    await send('DELETE', `/v1/api-keys/${ended}`, bearer(token))
    later(10)
    const { json } = await send('GET', '/v1/api-keys', bearer(token))
    const byName = Object.fromEntries(
      Object(json).data.map(({ name, state, revokedAt }: Record<string, string>) => [name, [state, revokedAt]]),
    )
    expect(byName).toEqual({ [asked.name]: ['revoked', '2026-11-21T12:00:00.000Z'], short: ['expired', null] })
  })

  it('200 says the hour in which a key was last used, whatever it was answered', async () => {
    const { create, send, token, later } = await platform()
    const { apiKey } = Object((await create()).json)
    const lastUse = async () => Object((await send('GET', '/v1/api-keys', bearer(token))).json).data[0].lastUsedAt
    expect(await lastUse()).toBeNull()
    later(100)
    expect((await send('DELETE', '/v1/endpoints/ep_x', bearer(apiKey))).status).toBe(403)
    expect(await lastUse()).toBe('2026-11-21T12:00:00.000Z')
    later(3599)
    await send('GET', '/v1/endpoints', bearer(apiKey))
    expect(await lastUse()).toBe('2026-11-21T12:00:00.000Z')
    later(3600 * 5 + 7)
    await send('GET', '/v1/endpoints', bearer(apiKey))
    expect(await lastUse()).toBe('2026-11-21T17:00:00.000Z')
  })
})
