import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { settle } from '../../../../src/rotation/settle'
import { bearer, jsonBody, type Reply, sessionToken, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

const newUrl = 'https://b.example/hooks'
const ann = { kind: 'session', id: 'ann' }
const session = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant] })

/** An endpoint whose URL ann has changed, and whose key was rotated after; the sweep has come by. */
async function changedEndpoint() {
  const own = await ownEndpoint()
  const { deps, id, base, send, token, rotate } = own
  const sweepIt = async (): Promise<void> => {
    const endpoint = await deps.store.load({ tenantId: tenant, endpointId: id })
    if (endpoint === null) throw new Error('there is no such endpoint')
    await settle(deps, endpoint, { opened: new Map(), signal: new AbortController().signal })
  }
  await send('PATCH', base, jsonBody(session, { url: `${newUrl}?token=canary`, consumers: ['111111111111'] }))
  await rotate({ reason: 'leaked' })
  await sweepIt()
  const audit = (query = ''): Promise<Reply> => send('GET', `${base}/audit${query}`, bearer(token))
  return { ...own, audit, sweepIt }
}

function kindsOf({ json }: Reply): unknown {
  return Object(json).data.map(({ kind }: { readonly kind: string }) => kind)
}

describe('GET /v1/endpoints/{id}/audit', () => {
  it('200 says who changed what and why, newest first', async () => {
    const { audit, id } = await changedEndpoint()
    const reply = await audit()
    expect(reply.status).toBe(200)
    const common = { id: expect.stringMatching(/^chg_/), endpointId: id, at: expect.any(String) }
    expect(reply.json).toEqual({
      data: [
        {
          ...common,
          actor: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
          kind: 'rotate',
          reason: 'leaked',
          changed: {},
        },
        {
          ...common,
          actor: ann,
          kind: 'update',
          reason: null,
          changed: {
            url: { from: 'https://receiver.example/hooks', to: newUrl },
            consumers: { from: [], to: ['111111111111'] },
          },
        },
        expect.objectContaining({
          kind: 'create',
          changed: expect.objectContaining({ mirror: { from: 'off', to: 'on' } }),
        }),
      ],
      nextCursor: null,
    })
    expect(reply.text).not.toContain('canary')
  })

  it('200 page by page', async () => {
    const { audit } = await changedEndpoint()
    const first = await audit('?limit=2')
    expect(kindsOf(first)).toEqual(['rotate', 'update'])
    const second = await audit(`?limit=2&cursor=${textAt(first, 'nextCursor')}`)
    expect(second).toMatchObject({ json: { data: [{ kind: 'create' }], nextCursor: null } })
  })

  it('200 for an endpoint that was deleted, saying who did it, also once its tombstone is dropped', async () => {
    const { audit, send, base, sweepIt, tables } = await changedEndpoint()
    await send('DELETE', base, bearer(session))
    await sweepIt()
    const deletion = { kind: 'delete', actor: ann, changed: { url: { from: newUrl, to: null } } }
    expect(await audit()).toMatchObject({ status: 200, json: { data: [deletion, {}, {}, {}] } })
    tables.endpoints.endpoints.clear()
    expect(await audit()).toMatchObject({ status: 200, json: { data: [deletion, {}, {}, {}] } })
  })

  it('200 with nothing for an endpoint whose creation is not settled yet', async () => {
    const { audit, tables } = await changedEndpoint()
    tables.audit.records.clear()
    expect(await audit()).toMatchObject({ status: 200, json: { data: [], nextCursor: null } })
  })

  it('200 for an endpoint of any contract, however its id is spelled', async () => {
    const { endpoint, send, token } = await ownEndpoint()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const reply = await send('GET', `/v1/endpoints/${id.toUpperCase()}/audit`, bearer(token))
    expect(reply).toMatchObject({ status: 200, json: { data: [{ kind: 'create', endpointId: id }] } })
  })
})
