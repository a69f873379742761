import { describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import type { Contract } from '../../../../src/contracts/contract'
import { schemeOf } from '../../../../src/contracts/secret-key'
import type { Json } from '../../../../src/contracts/shape'
import { verify } from '../../../../src/verify'
import type { Received } from '../../delivery/receiver'
import { deliveryBeds } from '../../http/delivery-bed'
import { bearer, textAt } from '../../http/harness'
import { allMadeUp } from './all-made-up'
import { ferrypost } from './ferrypost'
import { harborline } from './harborline'
import { lanternkey } from './lanternkey'
import { moorgate } from './moorgate'
import { northlight } from './northlight'
import { quarterdeck } from './quarterdeck'
import { twokeys } from './twokeys'
import { verbena } from './verbena'

const bed = deliveryBeds(allMadeUp)

/** An event as the tenant's only endpoint gets it. */
async function deliver(tenantId: string, payload: Json, id = 'evt_1'): Promise<Received> {
  const { world } = bed()
  await world.publish('ship.docked', payload, id, tenantId)
  await world.drain({ ...world.deps, contracts: allMadeUp })
  const [received, ...others] = world.receiver.received
  if (received === undefined || others.length > 0) throw new Error('not exactly one delivery')
  return received
}

/** What the library for receivers says of a delivery under a secret. */
function verdict(contract: Contract, { body, headers }: Received, secret: string): string {
  try {
    verify(body, headers, secret, { scheme: schemeOf(contract), now: bed().world.deps.now() })
    return 'verified'
  } catch (error) {
    return Object(error).code
  }
}

function hmac(key: Buffer, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex')
}

describe('a delivery of ferrypost', () => {
  it('is signed with the bytes behind the prefix of the secret that its routes gave, and says all there is', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint, secret: before } = await world.addEndpoint(ferrypost, {}, 'kiel')
    const init = { headers: { 'x-api-key': await apiKey(ferrypost, 'kiel') } }
    const path = `/harbours/kiel/hooks/${endpoint.id}/secret`
    expect((await send('PUT', path, init)).status).toBe(204)
    const secret = textAt(await send('GET', path, init), 'secret')
    expect(secret).toMatch(/^fp\.[0-9a-f]{48}$/)
    const received = await deliver('kiel', { berth: 3 })
    expect(received.headers['ferrypost-signature']).toBe(hmac(Buffer.from(secret.slice(3), 'hex'), received.body))
    expect(verdict(ferrypost, received, secret)).toBe('verified')
    expect(verdict(ferrypost, received, before)).toBe('no-matching-signature')
    expect(received.headers).toMatchObject({
      'ferrypost-event': 'evt_1',
      'ferrypost-hook': endpoint.id,
      'ferrypost-env': 'live',
      'user-agent': 'Ferrypost',
    })
    expect(JSON.parse(received.body)).toEqual({
      object: 'event',
      api: { major: 2 },
      message: expect.stringMatching(/^msg_[0-9a-f]{24}$/),
      event: 'evt_1',
      kind: 'ship.docked',
      harbour: 'kiel',
      hook: endpoint.id,
      at: world.deps.now().getTime() / 1000,
      cargo: { berth: 3 },
    })
  })
})

describe('a delivery of twokeys', () => {
  it('is signed with the bytes behind the prefix of the secret that its route gave', async () => {
    const { world, send, apiKey } = bed()
    const { secret: before } = await world.addEndpoint(twokeys, {}, 'solo')
    const rotated = await send('POST', '/account/secret', bearer(await apiKey(twokeys, 'solo')))
    expect(rotated.status).toBe(200)
    // The reply is the secret itself, as a JSON text.
    const secret: unknown = rotated.json
    if (typeof secret !== 'string') throw new TypeError('the reply is no text')
    const received = await deliver('solo', [1])
    expect(received.headers['x-two-keys']).toBe(hmac(Buffer.from(secret.slice(4), 'base64url'), received.body))
    expect(verdict(twokeys, received, secret)).toBe('verified')
    expect(verdict(twokeys, received, before)).toBe('no-matching-signature')
  })
})

describe('a delivery of quarterdeck', () => {
  it('is the payload itself, signed with the secret’s text, and names the tenant in a header', async () => {
    const { world } = bed()
    const { secret } = await world.addEndpoint(quarterdeck, {}, 'ship')
    const received = await deliver('ship', { knots: 12 })
    expect(received.body).toBe('{"knots":12}')
    expect(received.headers).toMatchObject({
      'x-deck-signature': `sha256=${hmac(Buffer.from(secret, 'utf8'), received.body)}`,
      'x-deck-event': 'ship.docked',
      'x-deck-account': 'ship',
      'user-agent': 'Quarterdeck/2',
    })
    expect(verdict(quarterdeck, received, secret)).toBe('verified')
  })
})

describe('a delivery of verbena', () => {
  it('has its time and its signature in one header', async () => {
    const { world } = bed()
    const { secret } = await world.addEndpoint(verbena, {}, 'rose')
    const received = await deliver('rose', null)
    const seconds = world.deps.now().getTime() / 1000
    const signature = hmac(Buffer.from(secret, 'utf8'), `${seconds}.${received.body}`)
    expect(received.headers['verbena-signature']).toBe(`t=${seconds},v1=${signature}`)
    expect(verdict(verbena, received, secret)).toBe('verified')
  })
})

describe('a delivery of lanternkey', () => {
  it('is signed by every live key over a version, its id and milliseconds, in upper-case hex', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint, secret } = await world.addEndpoint(lanternkey, {}, 'hall')
    const received = await deliver('hall', { light: 1 })
    const { 'lantern-id': id, 'lantern-time': time, 'lantern-signature': signature } = received.headers
    expect(time).toBe(String(world.deps.now().getTime()))
    const signed = hmac(Buffer.from(secret.slice(3), 'hex'), ['v0', id, time, received.body].join(':'))
    expect(signature).toBe(`v0=${signed.toUpperCase()}`)
    expect(verdict(lanternkey, received, secret)).toBe('verified')
    const rotated = await send('POST', `/lanterns/${endpoint.id}/secrets/?confirm=true`, {
      headers: {
        authorization: `Basic ${Buffer.from(`api:${await apiKey(lanternkey, 'hall')}`).toString('base64')}`,
        'x-lantern-intent': 'rotate',
      },
      body: '{"action": "rotate", "target": {"kind": "secret"}, "request": {"token": "k"}}',
    })
    expect(rotated.status).toBe(201)
    world.receiver.received.length = 0
    const twice = await deliver('hall', { light: 2 }, 'evt_2')
    expect(twice.headers['lantern-signature']).toMatch(/^v0=[0-9A-F]{64}, old=[0-9A-F]{64}$/)
    expect(verdict(lanternkey, twice, secret)).toBe('verified')
    expect(verdict(lanternkey, twice, textAt(rotated, 'data.0.secrets.1.value'))).toBe('verified')
    const lower = { ...received, headers: { ...received.headers, 'lantern-signature': `v0=${signed}` } }
    expect(verdict(lanternkey, lower, secret)).toBe('no-matching-signature')
  })
})

describe('a delivery of harborline', () => {
  it('has the signature of the key before in a header of its own, so that receivers of either accept it', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint, secret: before } = await world.addEndpoint(harborline, {}, 'pier')
    const init = bearer(await apiKey(harborline, 'pier'))
    const body = JSON.stringify({ rotation: { now: true, note: 'n', keep_old: true } })
    const rotated = await send('PATCH', `/hooks/${endpoint.id}`, { ...init, body })
    const received = await deliver('pier', 1)
    expect(received.headers['harbor-signature-old']).toMatch(/^[0-9a-f]{64}$/)
    const time = received.headers['harbor-time']
    expect(time).toBe(`${world.deps.now().toISOString().slice(0, 19)}Z`)
    const text = [time, received.body].join('.')
    expect(received.headers['harbor-signature-old']).toBe(hmac(Buffer.from(before.slice(4)), text))
    expect(verdict(harborline, received, before)).toBe('verified')
    expect(verdict(harborline, received, textAt(rotated, 'hook.secret'))).toBe('verified')
    expect(verdict(harborline, received, `${before}x`)).toBe('no-matching-signature')
  })
})

describe('a delivery of moorgate', () => {
  it('has its signature, its id and its time in its body', async () => {
    const { world } = bed()
    const { secret } = await world.addEndpoint(moorgate, {}, 'quay')
    const received = await deliver('quay', { tide: 'high' })
    const body = JSON.parse(received.body)
    const { time, token, signature } = body.proof
    const emptied = JSON.stringify({ ...body, proof: { ...body.proof, signature: '' } })
    const signed = createHmac('sha256', secret).update(`${time}${token}|${emptied}`).digest('base64')
    expect(signature).toBe(signed)
    expect(verdict(moorgate, received, secret)).toBe('verified')
    const changed = { ...received, body: received.body.replace('high', 'low') }
    expect(verdict(moorgate, changed, secret)).toBe('no-matching-signature')
  })
})

describe('a delivery of northlight', () => {
  it('is signed for the URL that it goes to', async () => {
    const { world } = bed()
    const { endpoint, secret } = await world.addEndpoint(northlight, {}, 'sky')
    const received = await deliver('sky', { star: 1 })
    const url = endpoint.settings.url ?? ''
    const signed = createHmac('sha256', secret)
      .update(url + received.body)
      .digest('base64')
    expect(received.headers['x-north-signature']).toBe(signed)
    const options = { scheme: schemeOf(northlight), now: world.deps.now() }
    expect(() => verify(received.body, received.headers, secret, { ...options, url })).not.toThrow()
    expect(() => verify(received.body, received.headers, secret, { ...options, url: `${url}x` })).toThrow(
      'none of a live secret',
    )
    expect(() => verify(received.body, received.headers, secret, options)).toThrow(TypeError)
  })
})
