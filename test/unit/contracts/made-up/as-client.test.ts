import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../../src/contracts/all'
import { contractFaults } from '../../../../src/contracts/check-contract'
import { choosesSecret, type Contract } from '../../../../src/contracts/contract'
import { placedCredential } from '../../../../src/contracts/credential-places'
import type { ChosenOverlap } from '../../../../src/contracts/overlap'
import { Secret } from '../../../../src/core/secret'
import { closeAfterEach } from '../../aws/close-after-each'
import { NOON } from '../../http/harness'
import { startScriptedVendor } from '../../rotation-hook/scripted-vendor'
import { httpVendor } from '../../../../src/rotation-hook/vendor'
import { vendorRequest } from '../../../../src/rotation-hook/vendor-request'
import { acmeworks } from './acmeworks'
import { allMadeUp } from './all-made-up'
import { clientBed } from './client-bed'
import { ferrypost } from './ferrypost'
import { harborline } from './harborline'
import { lanternkey } from './lanternkey'
import { moorgate } from './moorgate'
import { northlight } from './northlight'
import { oldstay } from './oldstay'
import { thornfield } from './thornfield'

const closing = closeAfterEach()
const sending = (): void => undefined

const untilHeader = {
  kind: 'chosen',
  field: 'X-Until:',
  unit: 'instant',
  required: true,
  minimumSeconds: 3600,
  defaultSeconds: 3600,
  maximumSeconds: 604_800,
} as const satisfies ChosenOverlap

describe('the hook as a client of a server that is as strict as the contract', () => {
  // Those that publish their keys are none for the hook.
  const all = [...allContracts, ...allMadeUp].filter(({ publishes }) => publishes === undefined)

  it.each(all.filter(contract => !choosesSecret(contract)))(
    'rotates at $name and reads the new secret',
    async contract => {
      const { vendor, secrets } = await clientBed(contract)
      const { secret } = await vendor.rotate('key-1', sending)
      expect(secret.reveal()).toBe((await secrets())[0])
    },
  )

  it.each(all.filter(choosesSecret))('gives $name the secret that it is to sign with', async contract => {
    const { vendor, secrets } = await clientBed(contract)
    const own = 'ab'.repeat(32)
    await vendor.give(new Secret(own))
    expect((await secrets())[0]).toBe(own)
  })

  it('sends back to thornfield what it shows, as it is', async () => {
    const { vendor, sent } = await clientBed(thornfield)
    await vendor.give(new Secret('ab'.repeat(32)))
    expect(sent.map(({ method, body }) => `${method} ${body}`)).toEqual([
      'GET null',
      `PUT {"hook":{"target":"https://receiver.example/hooks","secret":"${'ab'.repeat(32)}"},"labels":["order.created"]}`,
    ])
  })

  it('sends every constant and its idempotency key where lanternkey wants them', async () => {
    const { vendor, sent } = await clientBed(lanternkey, 600)
    await vendor.rotate('key-1', sending)
    expect(sent[0]).toMatchObject({
      method: 'POST',
      url: expect.stringMatching(/^\/lanterns\/Lantern-[0-9a-f-]{36}\/secrets\/\?confirm=true&grace=600$/),
      body: '{"action":"rotate","target":{"kind":"secret"},"request":{"token":"key-1"}}',
      headers: { 'x-lantern-intent': 'rotate', authorization: expect.stringMatching(/^Basic /) },
    })
    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  it.each([
    ['token-1', 'ferry:token-1'],
    ['ann@kiel.example/token:token-1', 'ann@kiel.example/token:token-1'],
  ])('writes the credential %j for the user that it names, or else for the contract’s', (credential, pair) => {
    expect(placedCredential(ferrypost.credentials, credential)).toEqual({
      header: 'authorization',
      value: `Basic ${btoa(pair)}`,
    })
  })

  it.each<[Contract, number | null, string, string | null]>([
    [harborline, null, '', '{"rotation":{"now":true,"note":"scheduled ro"}}'],
    [harborline, 0, '', '{"rotation":{"now":true,"note":"scheduled ro","keep_old":false}}'],
    [harborline, 172_800, '', '{"rotation":{"now":true,"note":"scheduled ro","keep_old":48}}'],
    [moorgate, null, '/overlap/1?api_key=', '{"urgent":false}'],
    [moorgate, 172_800, '/overlap/2?api_key=', '{"urgent":false}'],
  ])('says to $name what %d seconds are', async (contract, seconds, url, body) => {
    const { vendor, sent } = await clientBed(contract, seconds)
    await vendor.rotate('key-1', sending)
    expect(sent[0]?.body).toBe(body)
    expect(sent[0]?.url).toContain(url)
  })

  it('asks for the secret where the rotation shows its beginning alone', async () => {
    const [rotate, ...others] = ferrypost.operations
    const reply = { status: 200, body: { start: { $first: 8, of: 'signingSecret' } } } as const
    const contract: Contract = { ...ferrypost, operations: [{ ...rotate, reply }, ...others] }
    expect(contractFaults(contract)).toEqual([])
    const { vendor, secrets } = await clientBed(contract)
    const { secret } = await vendor.rotate('key-1', sending)
    expect(secret.reveal()).toBe((await secrets())[0])
  })

  it('says a reason that is cut off without a space at its end', async () => {
    const reason = { field: 'why', maximumCharacters: 10, required: true } as const
    const { vendor, sent } = await clientBed({ ...acmeworks, rotateBody: { reason } })
    await vendor.rotate('key-1', sending)
    expect(sent[0]?.body).toBe('{"why":"scheduled"}')
  })

  it('says an object that makes the request a rotation as it stands', async () => {
    const [rotate, ...others] = harborline.operations
    const contract: Contract = { ...harborline, operations: [{ ...rotate, when: { a: { b: [1, null] } } }, ...others] }
    expect(contractFaults(contract)).toEqual([])
    const { vendor, secrets } = await clientBed(contract)
    const { secret } = await vendor.rotate('key-1', sending)
    expect(secret.reveal()).toBe((await secrets())[0])
  })

  it('says in a header until when, where the vendor wants it said', async () => {
    const { vendor, sent } = await clientBed(northlight)
    const rotated = await vendor.rotate('key-1', sending)
    const until = NOON.getTime() / 1000 + 180
    expect(sent[0]?.headers['north-until']).toBe(String(until))
    expect(rotated.previousExpiresAt?.getTime()).toBe(until * 1000)
  })

  it.each<[string, Partial<ChosenOverlap>, number | null, number]>([
    ['an instant at the least length', { unit: 'instant' }, null, 3660],
    ['unix seconds at the least length', { unit: 'unix-seconds' }, null, 3660],
    ['an instant near the least length', { unit: 'instant' }, 3610, 3660],
    ['an instant at once', { unit: 'instant', minimumSeconds: 0 }, 0, 60],
    ['unix seconds at the greatest length', { unit: 'unix-seconds', maximumSeconds: 3661 }, 3661, 3661],
    ['an instant in the middle', { unit: 'instant' }, 7200, 7200],
    ['what is rounded up', { unit: 'instant', rounded: { toSeconds: 3600, direction: 'up' } }, 3600, 3600],
    ['what is rounded down', { unit: 'instant', rounded: { toSeconds: 3600, direction: 'down' } }, 3600, 3660],
    ['what is rounded', { unit: 'instant', rounded: { toSeconds: 3600, direction: 'nearest' } }, 3600, 3600],
    ['what is clamped', { unit: 'instant', clamped: true }, 3600, 3600],
  ])('says %s so that a strict vendor takes it when it arrives', async (_, change, seconds, said) => {
    const contract: Contract = { ...acmeworks, overlap: { ...untilHeader, ...change } }
    expect(contractFaults(contract)).toEqual([])
    const { vendor, sent, secrets } = await clientBed(contract, seconds, 1.5)
    const { secret } = await vendor.rotate('key-1', sending)
    expect(secret.reveal()).toBe((await secrets())[0])
    const until = sent[0]?.headers['x-until'] ?? ''
    const at = change.unit === 'instant' ? Date.parse(until) : Number(until) * 1000
    expect(at - NOON.getTime()).toBe((120 + said) * 1000)
  })

  it('says no unix second beyond the greatest length, whatever the clock', async () => {
    const overlap = { ...untilHeader, unit: 'unix-seconds' } as const
    const contract: Contract = { ...acmeworks, overlap }
    const { url, request } = vendorRequest(
      { contract, baseUrl: '', endpointId: 'hook_1', tenantId: '', overlapSeconds: overlap.maximumSeconds },
      {
        operation: acmeworks.operations[0],
        credential: new Secret('token'),
        idempotencyKey: null,
        now: new Date(NOON.getTime() + 1),
      },
    )
    expect(url).toBe('/api/hooks/hook_1/roll')
    expect(request.headers['x-until']).toBe(String(NOON.getTime() / 1000 + overlap.maximumSeconds))
  })

  it('needs of a contract that is only called nothing that a server does', async () => {
    expect(contractFaults(oldstay, 'called')).toEqual([])
    expect(contractFaults(oldstay, 'served')).toEqual([
      'credentials must accept API keys or sessions',
      'errors must be given, since Keyturn answers in this contract',
      'operation POST /stays/{id}/rotate: access must be given',
    ])
    const server = closing(await startScriptedVendor([{ status: 200, body: { key: 'whsec_bmV3' } }]))
    const vendor = httpVendor({
      contract: oldstay,
      baseUrl: server.url,
      endpointId: 'e',
      tenantId: '',
      overlapSeconds: null,
      credential: async () => new Secret('token'),
      timeoutMs: 2000,
      now: () => NOON,
    })
    expect((await vendor.rotate('k', sending)).secret.reveal()).toBe('whsec_bmV3')
    expect(server.received[0]).toMatchObject({ method: 'POST', path: '/stays/e/rotate', body: '' })
    expect(server.received[0]?.headers.authorization).toBe('Bearer token')
  })
})
