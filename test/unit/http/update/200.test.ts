import { describe, expect, it } from '@jest/globals'
import { mirrorName } from '../../../../src/rotation/mirror'
import { bearer, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'
import { sharedEndpoint } from '../shared-endpoint'

describe('PATCH /v1/endpoints/{id}', () => {
  it('200 shows and changes settings, and merges requestConfig', async () => {
    const { patch, send, token, base } = await ownEndpoint()
    await patch({ requestConfig: { timeoutMs: 2000, headers: { a: 'b' } } })
    const change = { name: 'new', status: 'paused', requestConfig: { timeoutMs: 3000 } }
    const changed = await patch(change)
    const expected = { name: 'new', description: 'orders', status: 'paused' }
    expect(changed).toMatchObject({ status: 200, json: expected })
    const shown = await send('GET', base, bearer(token))
    expect(shown.json).toEqual(changed.json)
    expect(shown.json).toMatchObject({ requestConfig: { timeoutMs: 3000, headers: { a: 'b' } } })
  })

  it('200 for a body whose members only look like twice the same', async () => {
    const { patch } = await ownEndpoint()
    const headers = { a: 'name', b: '"a":', name: 'x' }
    expect((await patch({ name: 'name', description: '{"name": 1}', requestConfig: { headers } })).status).toBe(200)
  })

  it('200 for a change of consumers, whose policy is pending until the sweep', async () => {
    const { patch, send, token, base } = await ownEndpoint({ mirrorReaders: ['111111111111'] })
    expect((await patch({ consumers: ['111111111111'] })).status).toBe(200)
    expect((await send('GET', `${base}/secret`, bearer(token))).json).toMatchObject({
      mirror: { state: 'current' },
      policy: { state: 'pending', error: null },
    })
  })

  const readers = ['111111111111', '222222222222']

  it.each([
    { left: [], policy: null, state: 'off' },
    { left: ['222222222222'], policy: '["222222222222"]', state: 'current' },
  ])('200 for $left.length of two consumers, and the other can read nothing from then on', async taken => {
    const { patch, policy, secretState, sweepNow } = await sharedEndpoint(readers)
    expect((await patch({ consumers: taken.left })).status).toBe(200)
    expect(policy()).toBe(taken.policy)
    expect(await secretState()).toMatchObject({ mirror: { state: 'current' }, policy: { state: taken.state } })
    await sweepNow()
    expect(policy()).toBe(taken.policy)
  })

  it('200 for one consumer in the place of another: the old one goes at once, the new one comes by the sweep', async () => {
    const { patch, policy, sweepNow } = await sharedEndpoint(['111111111111'])
    expect((await patch({ consumers: ['222222222222'] })).status).toBe(200)
    expect(policy()).toBeNull()
    await sweepNow()
    expect(policy()).toBe('["222222222222"]')
  })

  it('200 for a mirror switched off, which nobody else can read from then on', async () => {
    const { patch, policy } = await sharedEndpoint(readers)
    expect((await patch({ mirror: 'off' })).status).toBe(200)
    expect(policy()).toBeNull()
  })

  it('200 when Secrets Manager refuses, and the sweep takes the access away', async () => {
    const { patch, policy, faults, secretState, sweepNow } = await sharedEndpoint(readers)
    faults.refusePolicies = true
    expect((await patch({ consumers: [] })).status).toBe(200)
    expect(policy()).toBe(JSON.stringify(readers))
    expect(await secretState()).toMatchObject({ policy: { state: 'pending', error: null } })
    faults.refusePolicies = false
    await sweepNow()
    expect(policy()).toBeNull()
  })

  it('200 takes access away at once also beside a consumer that does not exist in AWS, which is shown', async () => {
    const gone = 'arn:aws:iam::222222222222:role/gone'
    const [first = '', second = ''] = readers
    const { patch, policy, tables, secretState, sweepNow } = await sharedEndpoint(readers)
    tables.vault.strangers.add(gone)
    await patch({ consumers: [...readers, gone] })
    await sweepNow()
    expect(policy()).toBe(JSON.stringify(readers))
    const error = 'MalformedPolicyDocumentException'
    expect(await secretState()).toMatchObject({ policy: { state: 'pending', error, refused: [gone] } })
    expect((await patch({ consumers: [gone, second] })).status).toBe(200)
    expect(policy()).toBe(JSON.stringify([second]))
    expect(policy()).not.toContain(first)
    await sweepNow()
    expect(await secretState()).toMatchObject({ policy: { state: 'pending', error, refused: [gone] } })
    await patch({ consumers: [second] })
    await sweepNow()
    expect(await secretState()).toMatchObject({ policy: { state: 'current', error: null } })
    expect(Object.keys(Object(await secretState()).policy)).not.toContain('refused')
  })

  it('200 for a consumer whose access an earlier call gives back late: the sweep takes it away again', async () => {
    const { patch, policy, deps, id, sweepNow } = await sharedEndpoint(readers)
    await patch({ consumers: [] })
    const name = mirrorName('test', tenant, id)
    await deps.mirror.putPolicy({ name, consumers: readers }, new AbortController().signal)
    await sweepNow()
    expect(policy()).toBeNull()
  })

  it('200 for a name, which calls nothing of Secrets Manager', async () => {
    const { patch, faults } = await sharedEndpoint(readers)
    faults.calls = 0
    await patch({ name: 'one' })
    await patch({ name: 'two' })
    expect(faults.calls).toBe(0)
  })

  it.each([
    'HTTPS://Receiver.Example',
    'https://receiver.example:8443/a?b=@c#d',
    'https://receiver.example?next=https://b.example/',
    'https://a_b.example:/x//y/../z',
    'https://xn--bcher-kva.example/%7Ehook',
    'https://8.8.8.8/',
    'https://[2606:4700:0:0:0:0:0:1111]:443/',
    'https://[2606:4700::1111]',
  ])('200 for %s, kept as it was given', async target => {
    const { patch } = await ownEndpoint()
    expect(await patch({ url: target })).toMatchObject({ status: 200, json: { url: target } })
  })
})
