import { describe, expect, it } from '@jest/globals'
import { settle } from '../../../../src/rotation/settle'
import { bearer, jsonBody, sessionToken, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

const consumers = ['111111111111', 'arn:aws:iam::222222222222:role/reader']
const newUrl = 'https://b.example/hooks'

/** An endpoint of our own, and what the sweep would do for it. */
async function auditedEndpoint() {
  const own = await ownEndpoint()
  const { deps, id, tables } = own
  const sweepIt = async (): Promise<void> => {
    const endpoint = await deps.store.load({ tenantId: tenant, endpointId: id })
    if (endpoint === null) throw new Error('there is no such endpoint')
    await settle(deps, endpoint, { opened: new Map(), signal: new AbortController().signal })
  }
  const recorded = () =>
    [...tables.audit.records.values()]
      .filter(({ endpointId }) => endpointId === id)
      .toSorted((one, other) => one.at.getTime() - other.at.getTime())
  return { ...own, sweepIt, recorded }
}

describe('giving and taking read access, and a changed URL', () => {
  it('are audit records: who, what before, what after', async () => {
    const { patch, send, base, sweepIt, recorded } = await auditedEndpoint()
    const session = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant] })
    await send('PATCH', base, jsonBody(session, { consumers }))
    await patch({ consumers: ['111111111111'], url: `${newUrl}?token=canary` })
    await send('DELETE', base, bearer(session))
    await sweepIt()
    const ann = { kind: 'session', id: 'ann' }
    expect(recorded().slice(1)).toMatchObject([
      { kind: 'update', actor: ann, changed: { consumers: { from: [], to: consumers } } },
      {
        kind: 'update',
        actor: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
        changed: {
          url: { from: 'https://receiver.example/hooks', to: newUrl },
          consumers: { from: consumers, to: ['111111111111'] },
        },
      },
      {
        kind: 'delete',
        actor: ann,
        changed: {
          url: { from: newUrl, to: null },
          consumers: { from: ['111111111111'], to: [] },
          mirror: { from: 'on', to: 'off' },
        },
      },
    ])
  })

  it('are named by their fields in endpoint.updated, and nowhere is a header’s value or a query', async () => {
    const { patch, sweepIt, tables } = await auditedEndpoint()
    const requestConfig = { headers: { 'X-Token': 'canary1' } }
    await patch({ url: `${newUrl}?token=canary2`, requestConfig, consumers, name: 'new' })
    await sweepIt()
    const updated = tables.published.events.filter(({ type }) => type === 'endpoint.updated')
    const names = ['url', 'name', 'consumers', 'requestConfig.headers']
    expect(updated).toMatchObject([{ changed: names, actor: { kind: 'api-key' } }])
    expect(JSON.stringify([tables.published.events, [...tables.audit.records.values()]])).not.toContain('canary')
  })

  it('leave the list of rotations as it is', async () => {
    const { patch, rotate, send, token, base, sweepIt } = await auditedEndpoint()
    await patch({ consumers, url: newUrl })
    await rotate({})
    await patch({ mirror: 'off' })
    await sweepIt()
    const { json } = await send('GET', `${base}/rotations`, bearer(token))
    expect(json).toMatchObject({ data: [{ kind: 'rotate' }, { kind: 'create' }], nextCursor: null })
    const members = 'id keyId version at actor kind reason overlapSeconds'.split(' ')
    expect(Object.keys(Object(json).data[1])).toEqual(members)
  })

  it('are told when the endpoint is made', async () => {
    const { create, tables } = await ownEndpoint()
    await create({ url: `${newUrl}?token=canary`, consumers })
    const made = [...tables.audit.records.values()].at(-1)
    expect(made).toMatchObject({
      kind: 'create',
      changed: {
        url: { from: null, to: newUrl },
        mirror: { from: 'off', to: 'on' },
        consumers: { from: [], to: consumers },
      },
    })
  })
})
