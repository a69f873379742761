import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import type { ApiSettings } from '../../../src/http/request'
import { bearer, harness, jsonBody } from './harness'

const tenant = '550e8400-e29b-41d4-a716-446655440000'
const url = 'https://receiver.example/hooks'
const own = '111111111111'
const partner = '222222222222'
const stranger = 'arn:aws:iam::333333333333:role/reader'

async function setup(changes: Partial<ApiSettings> = { mirrorReaders: [own, partner] }) {
  const made = harness(undefined, changes)
  const key = await made.apiKey(keyturn, tenant)
  const post = (consumers: unknown) => made.send('POST', '/v1/endpoints', jsonBody(key, { url, consumers }))
  const created = await post([`arn:aws:iam::${partner}:role/reader`])
  const { id } = (created.json as { endpoint: { id: string } }).endpoint
  const path = `/v1/endpoints/${id}`
  return {
    vault: made.tables.vault,
    created,
    post,
    patch: (consumers: unknown) => made.send('PATCH', path, jsonBody(key, { consumers })),
    state: () => made.send('GET', `${path}/secret`, bearer(key)),
  }
}

describe('consumers', () => {
  it('201 lets them read the new endpoint’s mirror, and no other', async () => {
    const { created, post, state, vault } = await setup()
    expect(created.status).toBe(201)
    await post([])
    expect((await state()).json).toMatchObject({
      mirror: { state: 'current' },
      policy: { state: 'current', error: null },
    })
    const policies = [...vault.secrets.values()].map(({ policy }) => policy)
    expect(policies).toEqual([JSON.stringify([`arn:aws:iam::${partner}:role/reader`]), null])
  })

  it('200 for a change, whose policy is pending until the sweep', async () => {
    const { patch, state } = await setup()
    expect((await patch([own])).status).toBe(200)
    expect((await state()).json).toMatchObject({
      mirror: { state: 'current' },
      policy: { state: 'pending', error: null },
    })
  })

  it('422 for one whose account is not among the readers, naming both', async () => {
    const { post, patch } = await setup()
    for (const reply of [await post([partner, stranger]), await patch([partner, stranger])]) {
      expect(reply.status).toBe(422)
      expect(reply.json).toMatchObject({ code: 'consumer-not-reader', errors: [{ path: 'consumers.1' }] })
      for (const named of [stranger, '333333333333', own, partner]) expect(reply.text).toContain(named)
    }
  })

  it('400 for one that is malformed or has a wildcard, by its name', async () => {
    const { post } = await setup()
    for (const wrong of ['*', 'arn:aws:iam::*:root', 'arn:aws:iam::222222222222:role/*', '22222222222']) {
      const reply = await post([own, wrong])
      expect(reply).toMatchObject({ status: 400, json: { errors: [{ path: 'consumers.1' }] } })
      expect(JSON.stringify(reply.json)).toContain(wrong)
    }
  })

  it('201 for any account where the deployment names no readers', async () => {
    const { post } = await setup({})
    expect((await post([stranger])).status).toBe(201)
  })
})
