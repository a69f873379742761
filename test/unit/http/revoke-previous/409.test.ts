import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { verifyWith } from '../../delivery/verifying'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer, jsonBody, type Reply, textAt } from '../harness'

const bed = deliveryBeds()

/** An endpoint whose receiver has its newest secret alone, with a key before. */
async function rotated() {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const token = await apiKey(keyturn, tenantId)
  const base = `/v1/endpoints/${endpoint.id}`
  const post = (path: string, body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
    send('POST', base + path, jsonBody(token, body, more))
  const rotate = async (): Promise<void> =>
    verifyWith(world, 'keyturn', textAt(await post('/secret/rotate', {}), 'signingSecret'))
  await rotate()
  return {
    world,
    rotate,
    probe: () => post('/secret/probe', {}),
    revoke: (more: Record<string, string> = {}) => post('/secret/revoke-previous', { requireProof: true }, more),
    patch: (body: unknown) => send('PATCH', base, jsonBody(token, body)),
    keyCount: async (): Promise<number> =>
      Object((await send('GET', `${base}/secret`, bearer(token))).json).keys.length,
  }
}

const notProven = { status: 409, json: { code: 'not-proven' } }

it('409 not-proven until a probe has proven the key that signs, and no key ends', async () => {
  const { probe, revoke, keyCount } = await rotated()
  expect(await revoke()).toMatchObject(notProven)
  expect(await keyCount()).toBe(2)
  expect((await probe()).json).toMatchObject({ adoption: 'adopted' })
  expect(await revoke()).toMatchObject({ status: 200, json: { revokedKeyIds: [expect.any(String)] } })
  expect(await keyCount()).toBe(1)
})

it('409 not-proven of a receiver that accepts anything', async () => {
  const { world, probe, revoke } = await rotated()
  world.receiver.answer = response => response.end()
  await probe()
  expect(await revoke()).toMatchObject({ status: 409, json: { detail: expect.stringContaining('accepts-anything') } })
})

it('409 not-proven an hour after the proof', async () => {
  const { world, probe, revoke } = await rotated()
  await probe()
  world.pass(3600)
  expect(await revoke()).toMatchObject(notProven)
})

it('409 not-proven at another URL than that of the proof', async () => {
  const { world, probe, revoke, patch } = await rotated()
  await probe()
  await patch({ url: `${world.receiver.url}/v2` })
  expect(await revoke()).toMatchObject(notProven)
})

it('409 not-proven for a key that came after the proof', async () => {
  const { probe, rotate, revoke } = await rotated()
  await probe()
  await rotate()
  expect(await revoke()).toMatchObject(notProven)
})

it('409 not-proven where there is nothing to revoke either', async () => {
  const { probe, revoke, world } = await rotated()
  await probe()
  expect((await revoke()).status).toBe(200)
  world.pass(3600)
  expect(await revoke()).toMatchObject(notProven)
})

it('200 again for a repeat with the same idempotency key, however old the proof is', async () => {
  const { world, probe, revoke } = await rotated()
  await probe()
  const first = await revoke({ 'Idempotency-Key': 'r1' })
  world.pass(7200)
  const repeated = await revoke({ 'Idempotency-Key': 'r1' })
  expect([first.status, repeated.status]).toEqual([200, 200])
  expect(repeated.json).toEqual(first.json)
})
