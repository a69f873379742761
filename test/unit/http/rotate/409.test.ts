import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { bearer, harness, jsonBody, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/endpoints/{id}/secret/rotate', () => {
  it('409 for a sixth live key names when the next one ends, and the other ways out, each of which works', async () => {
    const { rotate, send, token, base, clock } = await ownEndpoint()
    const fill = async (): Promise<void> => {
      for (let round = 0; round < 4; round += 1) expect((await rotate({})).status).toBe(200)
    }
    await fill()
    const reply = await rotate({})
    expect(reply).toMatchObject({ status: 409, json: { code: 'too-many-live-keys' } })
    const [, until = ''] = /wait until (\S+Z), when the next one ends/.exec(textAt(reply, 'detail')) ?? []
    expect(textAt(reply, 'detail')).toBe(
      `At most 5 keys can be live at once: wait until ${until}, when the next one ends; ` +
        'end the retiring keys by POST /v1/endpoints/{id}/secret/revoke-previous; ' +
        'or rotate with overlapSeconds 0 and signing now, which ends every key before.',
    )
    expect((await rotate({ overlapSeconds: 0, signing: 'now' })).status).toBe(200)
    await fill()
    await send('POST', `${base}/secret/revoke-previous`, bearer(token))
    await fill()
    const [, next = ''] = /wait until (\S+Z)/.exec(textAt(await rotate({}), 'detail')) ?? []
    clock.now = new Date(next)
    expect((await rotate({})).status).toBe(200)
  })

  it('409 where no overlap can be left out, at an endpoint of another contract, does not advise it', async () => {
    const { send, token, endpoint } = await ownEndpoint()
    const { id } = (await endpoint(teambattles, tenant)).endpoint
    const rotate = () => send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(token, {}))
    for (let round = 0; round < 4; round += 1) expect((await rotate()).status).toBe(200)
    expect(textAt(await rotate(), 'detail')).toMatch(/ends; or end the retiring keys by POST [^;]*revoke-previous\.$/)
  })

  it('409 at a vendor’s route names nothing that the vendor does not have', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'user:u1')).endpoint
    const key = await apiKey(teambattles, 'user:u1')
    const [operation] = teambattles.operations.filter(({ use }) => use === 'rotate')
    const path = operation?.path.replace('{id}', id) ?? ''
    const rotate = () => send('POST', path, bearer(key))
    for (let round = 0; round < 4; round += 1) expect((await rotate()).status).toBe(200)
    expect(textAt(await rotate(), 'details')).toMatch(/^At most 5 [^:]*: wait until \S+, when the next one ends\.$/)
  })

  it('409 while a key is published names the ways, each of which works', async () => {
    const { rotate, send, token, base } = await ownEndpoint()
    const published = await rotate({ signing: 'manual' })
    const reply = await rotate({})
    expect(reply).toMatchObject({ status: 409, json: { code: 'rotation-in-progress' } })
    expect(textAt(reply, 'detail')).toBe(
      'A published key waits to sign: promote it by POST /v1/endpoints/{id}/secret/promote; ' +
        'abandon it by POST /v1/endpoints/{id}/secret/abandon; ' +
        'or rotate with overlapSeconds 0 and signing now, which ends it.',
    )
    expect((await rotate({ overlapSeconds: 0, signing: 'now' })).status).toBe(200)
    const other = await rotate({ signing: 'manual' })
    const promotion = { keyId: textAt(published, 'keyId') }
    const changed = await send('POST', `${base}/secret/promote`, jsonBody(token, promotion))
    expect(textAt(changed, 'detail')).toContain(textAt(other, 'keyId'))
  })

  it('409 when another rotation came after the one that an Idempotency-Key made, and no secret', async () => {
    const { rotate } = await ownEndpoint()
    const idempotent = { 'Idempotency-Key': 'x'.repeat(255) }
    const first = await rotate({ reason: 'a' }, idempotent)
    await rotate({})
    const late = await rotate({ reason: 'a' }, idempotent)
    expect(late).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect(late.text).not.toContain(textAt(first, 'signingSecret'))
  })

  it('409 where the endpoint’s contract is no longer mounted', async () => {
    const { send, apiKey, endpoint } = harness([keyturn])
    const { id } = (await endpoint(storno, tenant)).endpoint
    const token = await apiKey(keyturn, tenant)
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, bearer(token))
    expect(reply).toMatchObject({ status: 409, json: { code: 'contract-not-mounted' } })
    expect((await send('GET', `/v1/endpoints/${id}`, bearer(token))).status).toBe(200)
  })
})

describe('TeamBattles', () => {
  it('409 for a sixth live secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'user:u1')).endpoint
    const token = bearer(await apiKey(teambattles, 'user:u1'))
    const statuses: number[] = []
    for (let round = 0; round < 5; round += 1) {
      statuses.push((await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 409])
    const reply = await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)
    expect(reply.json).toMatchObject({ error: 'error_too_many_live_secrets' })
  })
})
