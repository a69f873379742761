import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { verifyWith } from '../../delivery/verifying'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, pause } from '../delivery-bed'
import { bearer, jsonBody, type Reply, tenant, textAt } from '../harness'

const bed = deliveryBeds()

async function probed(contract: typeof keyturn | typeof storno = keyturn, owner: string = tenantId) {
  const { world, send, apiKey } = bed()
  const { endpoint, secret } = await world.addEndpoint(contract, {}, owner)
  const token = await apiKey(keyturn, owner)
  const base = `/v1/endpoints/${endpoint.id}`
  return {
    world,
    endpoint,
    secret,
    probe: (): Promise<Reply> => send('POST', `${base}/secret/probe`, bearer(token)),
    get: (path: string): Promise<Reply> => send('GET', base + path, bearer(token)),
    rotate: (body: unknown): Promise<Reply> => send('POST', `${base}/secret/rotate`, jsonBody(token, body)),
    patch: (body: unknown): Promise<Reply> => send('PATCH', base, jsonBody(token, body)),
  }
}

describe('POST /v1/endpoints/{id}/secret/probe', () => {
  it('200 adopted: the newest key is accepted, and nobody’s refused', async () => {
    const { world, endpoint, secret, probe } = await probed()
    verifyWith(world, 'keyturn', secret)
    const reply = await probe()
    const keyId = endpoint.ring.keys[0].id
    const accepted = { signedBy: 'newest', responseStatus: 200, errorMessage: null, durationMs: expect.any(Number) }
    const refused = { responseStatus: 401, errorMessage: 'The receiver answered 401', durationMs: expect.any(Number) }
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      adoption: 'adopted',
      keyId,
      at: world.deps.now().toISOString(),
      checks: [accepted, { signedBy: 'nobody', ...refused }],
    })
    expect(reply.text).not.toContain('whsec_')
  })

  it('200 sends what a test sends, and lists it as attempts of the kind probe', async () => {
    const { world, endpoint, secret, probe, get } = await probed()
    verifyWith(world, 'keyturn', secret)
    const { answer } = world.receiver
    world.receiver.answer = (...asked) => {
      world.pass(1)
      answer(...asked)
    }
    await probe()
    const bodies = world.receiver.received.map(({ body }) => JSON.parse(body))
    const data = { message: 'This is a test delivery. Nothing happened.' }
    expect(bodies).toMatchObject([
      { type: 'webhook.test', data },
      { type: 'webhook.test', data },
    ])
    const { data: attempts } = Object((await get('/attempts')).json)
    expect(attempts).toMatchObject([
      { kind: 'probe', status: 401, keyIds: [], eventType: 'webhook.test', number: 2 },
      { kind: 'probe', status: 200, keyIds: [endpoint.ring.keys[0].id], eventType: 'webhook.test', number: 1 },
    ])
    const ids = attempts.map(({ messageId }: { messageId: string }) => messageId)
    expect(world.messageIds().toReversed()).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
    expect(Object((await get('/deliveries')).json).data).toEqual([])
  })

  it('200 not-adopted while a published key is unknown to the receiver, adopted once it has both', async () => {
    const { world, endpoint, secret, probe, get, rotate } = await probed()
    const published = await rotate({ signing: 'manual' })
    verifyWith(world, 'keyturn', secret)
    const keyId = textAt(published, 'keyId')
    const unknown = await probe()
    expect(unknown.json).toMatchObject({
      adoption: 'not-adopted',
      keyId,
      checks: [
        { signedBy: 'newest', responseStatus: 401 },
        { signedBy: 'previous', responseStatus: 200, errorMessage: null },
      ],
    })
    verifyWith(world, 'keyturn', secret, textAt(published, 'signingSecret'))
    const at = textAt(await probe(), 'at')
    const state = await get('/secret')
    expect(Object(state.json).keys).toMatchObject([
      { id: endpoint.ring.keys[0].id, state: 'signing', proof: null },
      { id: keyId, state: 'published', proof: { adoption: 'adopted', at } },
    ])
  })

  it('200 accepts-anything of a receiver that looks at no signature', async () => {
    const { probe } = await probed()
    expect((await probe()).json).toMatchObject({
      adoption: 'accepts-anything',
      checks: [
        { signedBy: 'newest', responseStatus: 200 },
        { signedBy: 'nobody', responseStatus: 200 },
      ],
    })
  })

  it('200 inconclusive where it refuses all, with nobody’s key where there is none before', async () => {
    const { world, probe, rotate } = await probed()
    verifyWith(world, 'keyturn')
    const signedBy = (reply: Reply): unknown =>
      Object(reply.json).checks.map((check: { signedBy: string }) => check.signedBy)
    const alone = await probe()
    expect(alone.json).toMatchObject({ adoption: 'inconclusive' })
    expect(signedBy(alone)).toEqual(['newest', 'nobody'])
    await rotate({})
    const both = await probe()
    expect(both.json).toMatchObject({ adoption: 'inconclusive' })
    expect(signedBy(both)).toEqual(['newest', 'previous'])
  })

  it('200 unreachable where nothing answers', async () => {
    const { world, probe, get, patch } = await probed()
    expect((await patch({ url: 'http://127.0.0.1:1/' })).status).toBe(200)
    const reply = await probe()
    const silent = { responseStatus: null, errorMessage: expect.stringMatching(/./) }
    expect(reply.json).toMatchObject({ adoption: 'unreachable', checks: [silent, silent] })
    expect(world.published.at(-1)).toMatchObject({ type: 'secret.proof-failed', adoption: 'unreachable' })
    expect(Object((await get('/secret')).json).keys).toMatchObject([{ proof: { adoption: 'unreachable' } }])
  })

  it('200 for an endpoint of another contract, with its own signature', async () => {
    const { world, secret, probe } = await probed(storno, tenant)
    verifyWith(world, 'storno', secret)
    expect((await probe()).json).toMatchObject({ adoption: 'adopted' })
    expect(world.receiver.received[0]?.headers['x-webhook-event']).toBe('webhook.test')
  })

  it('200 for a paused endpoint, which stays paused', async () => {
    const { world, endpoint, secret, probe, get } = await probed()
    await pause(world, endpoint)
    verifyWith(world, 'keyturn', secret)
    expect((await probe()).json).toMatchObject({ adoption: 'adopted' })
    expect((await get('/health')).json).toMatchObject({ status: 'paused', deliveriesCount: 0, lastSuccessAt: null })
  })
})

describe('a proof in GET /v1/endpoints/{id}/secret', () => {
  it('200 is gone after an hour, and with another URL', async () => {
    const { world, secret, probe, get, patch } = await probed()
    const proofs = async (): Promise<unknown> =>
      Object((await get('/secret')).json).keys.map((key: { proof: unknown }) => key.proof)
    verifyWith(world, 'keyturn', secret)
    expect(await proofs()).toEqual([null])
    await probe()
    world.pass(3599)
    expect(await proofs()).toMatchObject([{ adoption: 'adopted' }])
    world.pass(1)
    expect(await proofs()).toEqual([null])
    await probe()
    expect(await proofs()).toMatchObject([{ adoption: 'adopted' }])
    await patch({ url: `${world.receiver.url}/v2` })
    expect(await proofs()).toEqual([null])
  })
})
