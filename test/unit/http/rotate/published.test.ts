import { describe, expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, faultsOf, invalid, sessionToken, tenant, textAt } from '../harness'
import { publishBed } from '../publish-bed'

describe('POST /v1/endpoints/{id}/secret/rotate with signing', () => {
  it('200 publishes the key: receivers have it, another one signs', async () => {
    const { rotate, state, document } = await publishBed()
    const before = document()
    const reply = await rotate({ signing: 'published', leadSeconds: 300 })
    expect(reply).toMatchObject({
      status: 200,
      json: { state: 'published', version: 2, previousExpiresAt: null, signsFrom: '2026-11-21T12:05:05.000Z' },
    })
    const keyId = textAt(reply, 'keyId')
    const { signingSecret, keys } = document()
    expect(signingSecret).toBe(before.signingSecret)
    expect(keys.map(({ id, expiresAt }) => [id, expiresAt])).toEqual([
      [before.keys[0]?.id, null],
      [keyId, null],
    ])
    expect((await state()).json).toMatchObject({
      signingKeyId: before.keys[0]?.id,
      hint: signingSecret.slice(-4),
      keys: [
        { state: 'signing', signsFrom: null, hint: signingSecret.slice(-4) },
        {
          id: keyId,
          state: 'published',
          signsFrom: '2026-11-21T12:05:05.000Z',
          hint: textAt(reply, 'signingSecret').slice(-4),
        },
      ],
    })
  })

  it('200 publishes without a time that it signs from where somebody is to promote it', async () => {
    const { rotate, sweep, state } = await publishBed()
    expect((await rotate({ signing: 'manual' })).json).toMatchObject({ state: 'published', signsFrom: null })
    await sweep(7 * 24 * 60 * 60)
    expect((await state()).json).toMatchObject({
      keys: [{ state: 'signing' }, { state: 'published', signsFrom: null }],
    })
  })

  it('200 and the sweep lets it sign once its lead is over, and not before', async () => {
    const { rotate, sweep, state, document, wait } = await publishBed()
    const reply = await rotate({ signing: 'published', leadSeconds: 300, overlapSeconds: 3600 })
    await sweep(304)
    expect(document().signingSecret).not.toBe(textAt(reply, 'signingSecret'))
    await sweep(2)
    expect(document().signingSecret).toBe(textAt(reply, 'signingSecret'))
    const { json } = await state()
    expect(json).toMatchObject({ version: 2, signingKeyId: textAt(reply, 'keyId'), keys: [{}, { state: 'retiring' }] })
    wait(3601)
    expect(Object((await state()).json).keys).toHaveLength(1)
  })

  it('200 lets it sign in time although settings were changed meanwhile, and their mirror not', async () => {
    const { rotate, sweep, patch, document } = await publishBed()
    const reply = await rotate({ signing: 'published', leadSeconds: 300 })
    await sweep(200)
    expect((await patch({ description: 'changed', consumers: ['111111111111'] })).status).toBe(200)
    await sweep(10)
    await sweep(97)
    expect(document().signingSecret).toBe(textAt(reply, 'signingSecret'))
  })

  it('200 waits for somebody once the mirror is switched off, and says so', async () => {
    const { rotate, sweep, patch, state, send, token, base } = await publishBed()
    await rotate({ signing: 'published', leadSeconds: 1 })
    await patch({ mirror: 'off' })
    await sweep(3600)
    expect((await state()).json).toMatchObject({ keys: [{}, { state: 'published', signsFrom: null }] })
    const audit = await send('GET', `${base}/audit`, bearer(token))
    expect(Object(audit.json).data[0]).toMatchObject({ changed: { signing: { from: 'published', to: 'manual' } } })
  })

  it('200 begins the lead anew where receivers cannot read the key when it is to sign', async () => {
    const { rotate, sweep, document, tables, wait } = await publishBed()
    const reply = await rotate({ signing: 'published', leadSeconds: 300 })
    const [secret] = tables.vault.secrets.values()
    if (secret === undefined) throw new Error('there is no mirror')
    secret.deleted = true
    await sweep(306)
    expect(secret.deleted).toBe(true)
    await sweep(60)
    expect(secret.deleted).toBe(false)
    await sweep(300)
    expect(document().signingSecret).not.toBe(textAt(reply, 'signingSecret'))
    wait(6)
    await sweep()
    expect(document().signingSecret).toBe(textAt(reply, 'signingSecret'))
  })

  it('200 publishes at an endpoint of a contract that ends the key before at once', async () => {
    const { rotate, sweep, document, state } = await publishBed(tumban)
    const reply = await rotate({ signing: 'published', leadSeconds: 60 })
    expect(reply).toMatchObject({ status: 200, json: { state: 'published' } })
    await sweep(66)
    expect(document()).toMatchObject({ signingSecret: textAt(reply, 'signingSecret'), keys: [{}, {}] })
    expect(Object((await state()).json).keys[1]).toMatchObject({
      state: 'retiring',
      expiresAt: '2026-11-21T12:16:06.000Z',
    })
  })

  it('200 replays the same key while it waits and once it signs, with the other fields as of now', async () => {
    const { rotate, sweep } = await publishBed()
    const body = { signing: 'published', leadSeconds: 300 }
    const first = await rotate(body, { 'Idempotency-Key': 'one' })
    const again = await rotate(body, { 'Idempotency-Key': 'one' })
    expect(again.json).toEqual({ ...Object(first.json), endpoint: Object(again.json).endpoint })
    await sweep(306)
    const later = await rotate(body, { 'Idempotency-Key': 'one' })
    expect(later.json).toMatchObject({
      signingSecret: textAt(first, 'signingSecret'),
      state: 'signing',
      signsFrom: '2026-11-21T12:05:06.000Z',
      previousExpiresAt: expect.any(String),
    })
  })

  it('409 to a replay of a key that was given up', async () => {
    const { rotate, abandon } = await publishBed()
    const made = await rotate({ signing: 'manual' }, { 'Idempotency-Key': 'one' })
    await abandon({ keyId: textAt(made, 'keyId') })
    const again = await rotate({ signing: 'manual' }, { 'Idempotency-Key': 'one' })
    expect(again).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
    expect(again.text).toContain('abandoned')
  })

  it('409 while a key is published, unless it ends everything', async () => {
    const { rotate, state } = await publishBed()
    await rotate({ signing: 'manual' })
    for (const body of [{}, { signing: 'manual' }, { overlapSeconds: 60 }]) {
      const reply = await rotate(body)
      expect(reply).toMatchObject({ status: 409, json: { code: 'rotation-in-progress' } })
      expect(reply.text).toMatch(/promote it by .*abandon it by /)
    }
    expect((await rotate({ overlapSeconds: 0 })).json).toMatchObject({ state: 'signing', version: 3 })
    expect(Object((await state()).json).keys).toHaveLength(1)
  })

  it('200 at a vendor’s own route while a key is published: that one retires, and no longer waits', async () => {
    const { rotate, send, apiKey, state, sweep, id } = await publishBed(thesignup)
    const published = textAt(await rotate({ signing: 'published', leadSeconds: 60 }), 'keyId')
    const reply = await send('POST', `/webhooks/${id}/rotate`, bearer(await apiKey(thesignup, tenant)))
    expect(reply.status).toBe(200)
    await sweep(66)
    const keys = [{ state: 'signing' }, { state: 'retiring' }, { id: published, state: 'retiring' }]
    expect((await state()).json).toMatchObject({ version: 3, keys })
  })

  it('200 at a vendor’s own route that ends the key before: the published one ends too', async () => {
    const { rotate, send, state } = await publishBed(tumban)
    await rotate({ signing: 'published' })
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant] })
    expect((await send('POST', '/api/v2/org/webhook-secret/rotate', bearer(admin))).status).toBe(200)
    expect((await state()).json).toMatchObject({ version: 3, keys: [{ state: 'signing' }] })
  })

  it.each([
    [{ signing: 'soon' }, 'signing'],
    [{ signing: 'published', leadSeconds: 0 }, 'leadSeconds'],
    [{ signing: 'manual', leadSeconds: 604_801 }, 'leadSeconds'],
    [{ leadSeconds: 60 }, 'leadSeconds'],
    [{ signing: 'now', leadSeconds: 60 }, 'leadSeconds'],
    [{ signing: 'published', overlapSeconds: 599 }, 'overlapSeconds'],
    [{ signing: 'manual', overlapSeconds: 0 }, 'overlapSeconds'],
    [{ ifRevision: 'one' }, 'ifRevision'],
  ])('400 for %j', async (body, path) => {
    const { rotate } = await publishBed()
    expect(faultsOf(await rotate(body))).toEqual(invalid(path))
  })

  it('400 for published without a mirror', async () => {
    const { rotate } = await publishBed(undefined, { mirror: 'off' })
    expect(faultsOf(await rotate({ signing: 'published' }))).toEqual(invalid('signing'))
    expect((await rotate({ signing: 'manual' })).status).toBe(200)
  })

  it('409 where the ring has changed since the revision that the caller saw, but for a replay', async () => {
    const { rotate, state } = await publishBed()
    const { revision } = Object((await state()).json)
    const first = await rotate({ ifRevision: revision }, { 'Idempotency-Key': 'one' })
    expect(first.status).toBe(200)
    expect(await rotate({ ifRevision: revision })).toMatchObject({ status: 409, json: { code: 'changed-meanwhile' } })
    expect((await rotate({ ifRevision: revision }, { 'Idempotency-Key': 'one' })).status).toBe(200)
  })
})
