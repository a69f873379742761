import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { storno } from '../../../../src/contracts/storno'
import type { Sealer } from '../../../../src/rotation/ports'
import { quarterdeck } from '../../contracts/made-up/quarterdeck'
import { bearer, faultsOf, harness, invalid, jsonBody, type Reply, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

// POST /v1/endpoints/{id}/secret/rotate with `reveal: false`.

const ownSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** An endpoint of our own, and what was opened since, and what its mirror holds. */
async function bed(given: Parameters<typeof ownEndpoint>[0] = {}) {
  const own = await ownEndpoint(given)
  const { deps, tables, send, token, base } = own
  const sealer = { ...deps.sealer }
  const opened: string[] = []
  const open: Sealer['open'] = (sealed, context, signal) => {
    opened.push(context.keyId)
    return sealer.open(sealed, context, signal)
  }
  Object.assign(deps.sealer, { open })
  const mirrored = (): unknown => {
    const [secret] = tables.vault.secrets.values()
    return JSON.parse(secret?.documents.get(secret.labels.get('AWSCURRENT') ?? '') ?? 'null')
  }
  const kindsIn = async (list: 'audit' | 'rotations'): Promise<unknown> =>
    Object((await send('GET', `${base}/${list}`, bearer(token))).json).data.map((item: { kind: string }) => item.kind)
  return { ...own, opened, mirrored, kindsIn }
}

describe('a rotation whose reply is not to hold the secret', () => {
  it('200 has everything else, and the mirror has the secret', async () => {
    const { rotate, mirrored } = await bed()
    const revealing = await rotate({})
    const { signingSecret, ...rest } = Object(revealing.json)
    expect(signingSecret).toMatch(/^whsec_/)
    const reply = await rotate({ reveal: false })
    expect(reply.status).toBe(200)
    expect(Object.keys(Object(reply.json))).toEqual(Object.keys(rest))
    expect(reply.json).toMatchObject({ mirror: 'current', version: 3, state: 'signing' })
    const document = Object(mirrored())
    expect(document.keys[0].id).toBe(textAt(reply, 'keyId'))
    for (const { secret } of document.keys) expect(reply.text).not.toContain(secret)
  })

  it('200 with a secret of the caller’s own, or one that is published, shows none', async () => {
    const { rotate } = await bed()
    for (const choice of [{ secret: ownSecret }, { signing: 'published' }]) {
      const reply = await rotate({ ...choice, reveal: false })
      expect([reply.status, Object.hasOwn(Object(reply.json), 'signingSecret')]).toEqual([200, false])
    }
  })

  it('200 with reveal: true is one that says nothing of it', async () => {
    const { rotate } = await bed()
    expect((await rotate({ reveal: true })).json).toMatchObject({ signingSecret: expect.stringMatching(/^whsec_/) })
  })

  it('200 for its repeat opens no secret, and nothing is recorded as revealed', async () => {
    const { rotate, opened, kindsIn } = await bed()
    const key = { 'idempotency-key': 'once' }
    const first = await rotate({ reveal: false }, key)
    opened.length = 0
    const repeat = await rotate({ reveal: false }, key)
    expect([repeat.status, repeat.json]).toEqual([200, first.json])
    expect(repeat.headers.get('idempotency-replayed')).toBe('true')
    expect(opened).toEqual([])
    expect(await kindsIn('audit')).toEqual(['rotate', 'create'])
    expect(await kindsIn('rotations')).toEqual(['rotate', 'create'])
  })

  it('409 for a repeat that wants the secret after all', async () => {
    const { rotate } = await bed()
    const key = { 'idempotency-key': 'once' }
    await rotate({ reveal: false }, key)
    const repeat = await rotate({}, key)
    expect(repeat).toMatchObject({ status: 409, json: { code: 'idempotency-key-reused' } })
  })

  it('409 for a repeat whose key was replaced since', async () => {
    const { rotate } = await bed()
    const key = { 'idempotency-key': 'once' }
    await rotate({ reveal: false }, key)
    await rotate({})
    const repeat = await rotate({ reveal: false }, key)
    expect(repeat).toMatchObject({ status: 409, json: { code: 'rotation-superseded' } })
  })

  it('400 where there is no mirror to read it from, and nothing has happened', async () => {
    const { rotate, patch, kindsIn } = await bed()
    await patch({ mirror: 'off' })
    const reply = await rotate({ reveal: false })
    expect(faultsOf(reply)).toEqual(invalid('reveal'))
    expect(reply.text).toContain('mirror')
    expect(await kindsIn('rotations')).toEqual(['create'])
  })

  it('400 where the mirror is switched off while the request is under way', async () => {
    const { rotate, patch, deps, kindsIn } = await bed()
    const sealer = { ...deps.sealer }
    const seal: Sealer['seal'] = async (secret, context) => {
      await patch({ mirror: 'off' })
      return sealer.seal(secret, context)
    }
    Object.assign(deps.sealer, { seal })
    expect(faultsOf(await rotate({ reveal: false }))).toEqual(invalid('reveal'))
    expect(await kindsIn('rotations')).toEqual(['create'])
  })

  it.each(['false', 0, null])('400 for %j', async reveal => {
    const { rotate } = await bed()
    expect(faultsOf(await rotate({ reveal }))).toEqual(invalid('reveal'))
  })

  it('200 at an endpoint of another contract', async () => {
    const { send, token, endpoint } = await bed()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(token, { reveal: false }))
    expect([reply.status, Object.hasOwn(Object(reply.json), 'signingSecret')]).toEqual([200, false])
  })
})

describe('a contract of a platform’s own that names it otherwise', () => {
  const [rotation] = quarterdeck.operations
  const body = {
    deck: 'id',
    secret: { $present: 'signingSecret' },
    all: { $each: 'secrets', shape: 'signingSecret' },
  } as const
  const contract = {
    ...quarterdeck,
    rotateBody: { ...quarterdeck.rotateBody, reveal: { field: '?show' } },
    operations: [{ ...rotation, reply: { status: 202, body } }],
  } as const satisfies Contract

  async function deck(mirror: 'on' | 'off') {
    const made = harness([contract])
    const { id } = (await made.endpoint(contract, 'crew', { mirror })).endpoint
    const key = await made.apiKey(contract, 'crew')
    return (query: string): Promise<Reply> =>
      made.send('PATCH', `/decks/${id}/secret${query}`, { ...bearer(key, { 'idempotency-key': 'k' }), body: '{}' })
  }

  it('202 shows no secret, old or new, and 409 for its repeat without the word', async () => {
    const rotate = await deck('on')
    const reply = await rotate('?show=false')
    expect([reply.status, reply.json]).toEqual([202, { deck: expect.any(String), all: [] }])
    expect((await rotate('')).status).toBe(409)
  })

  it('400 names its field', async () => {
    const rotate = await deck('off')
    expect((await rotate('?show=false')).json).toMatchObject({ errors: [{ path: 'show' }] })
  })
})
