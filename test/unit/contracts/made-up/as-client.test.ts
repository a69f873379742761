import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../../src/contracts/all'
import { contractFaults } from '../../../../src/contracts/check-contract'
import type { Contract } from '../../../../src/contracts/contract'
import { Secret } from '../../../../src/core/secret'
import { contractVendor } from '../../../../src/rotation-hook/vendor'
import type { VendorHttpRequest } from '../../../../src/rotation-hook/vendor-request'
import type { Vendor } from '../../../../src/rotation-hook/ports'
import { closeAfterEach } from '../../aws/close-after-each'
import { type Harness, harness, NOON, sessionToken } from '../../http/harness'
import { startScriptedVendor } from '../../rotation-hook/scripted-vendor'
import { httpVendor } from '../../../../src/rotation-hook/vendor'
import { allMadeUp } from './all-made-up'
import { harborline } from './harborline'
import { lanternkey } from './lanternkey'
import { moorgate } from './moorgate'
import { northlight } from './northlight'
import { oldstay } from './oldstay'

const closing = closeAfterEach()
const sending = (): void => undefined

interface Sent extends VendorHttpRequest {
  readonly url: string
}

interface Bed {
  readonly vendor: Vendor
  readonly sent: readonly Sent[]
  /** The secrets of the ring, newest first. */
  readonly secrets: () => Promise<readonly string[]>
}

/** The hook as a client of Keyturn as the vendor, which refuses whatever the contract does not say. */
async function bedOf(contract: Contract, overlapSeconds: number | null = null): Promise<Bed> {
  const made = harness([contract])
  const { from } = contract.tenant
  const tenantId = from === 'header' ? '550e8400-e29b-41d4-a716-446655440000' : ownerOf(contract)
  const { endpoint } = await made.endpoint(contract, tenantId)
  const credential = await credentialOf(made, contract, tenantId)
  const sent: Sent[] = []
  made.clock.now = new Date(NOON.getTime() + 120_000)
  const vendor = contractVendor({
    contract,
    baseUrl: '',
    endpointId: endpoint.id,
    tenantId,
    overlapSeconds,
    credential: async () => new Secret(credential),
    now: () => made.clock.now,
    send: async (url, request) => {
      sent.push({ url, ...request })
      const { method, headers, body } = request
      const reply = await made.send(method, url, { headers, ...(body === null ? {} : { body }) })
      return { status: reply.status, retryAfter: reply.headers.get('retry-after'), body: reply.json ?? undefined }
    },
  })
  const secrets = async (): Promise<readonly string[]> => {
    const stored = await made.deps.store.load({ tenantId, endpointId: endpoint.id })
    const opened = (stored?.ring.keys ?? []).map(key =>
      made.deps.sealer.open(key.sealed, { tenantId, endpointId: endpoint.id, keyId: key.id }),
    )
    return (await Promise.all(opened)).map(secret => secret.reveal())
  }
  return { vendor, sent, secrets }
}

function ownerOf({ tenant: { ownerKinds: [kind] = [] } }: Contract): string {
  return kind === undefined ? 'org_1' : `${kind}:org_1`
}

async function credentialOf({ apiKey }: Harness, contract: Contract, tenantId: string): Promise<string> {
  const rotate = contract.operations.find(({ use }) => use === 'rotate')
  const takesKeys = rotate?.access !== undefined && rotate.access !== 'anyone' && rotate.access.apiKey !== undefined
  return takesKeys ? apiKey(contract, tenantId) : sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenantId] })
}

describe('the hook as a client of a server that is as strict as the contract', () => {
  it.each([...allContracts, ...allMadeUp])('rotates at $name and reads the new secret', async contract => {
    const { vendor, secrets } = await bedOf(contract)
    const { secret } = await vendor.rotate('key-1', sending)
    expect(secret.reveal()).toBe((await secrets())[0])
  })

  it('sends every constant and its idempotency key where lanternkey wants them', async () => {
    const { vendor, sent } = await bedOf(lanternkey, 600)
    await vendor.rotate('key-1', sending)
    expect(sent[0]).toMatchObject({
      method: 'POST',
      url: expect.stringMatching(/^\/lanterns\/Lantern-[0-9a-f-]{36}\/secrets\/\?confirm=true&grace=600$/),
      body: '{"action":"rotate","target":{"kind":"secret"},"request":{"token":"key-1"}}',
      headers: { 'x-lantern-intent': 'rotate', authorization: expect.stringMatching(/^Basic /) },
    })
    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  it.each<[Contract, number | null, string, string | null]>([
    [harborline, null, '', '{"rotation":{"now":true,"note":"scheduled ro"}}'],
    [harborline, 0, '', '{"rotation":{"now":true,"note":"scheduled ro","keep_old":false}}'],
    [harborline, 172_800, '', '{"rotation":{"now":true,"note":"scheduled ro","keep_old":48}}'],
    [moorgate, null, '/overlap/1?api_key=', '{"urgent":false}'],
    [moorgate, 172_800, '/overlap/2?api_key=', '{"urgent":false}'],
  ])('says to $name what %d seconds are', async (contract, seconds, url, body) => {
    const { vendor, sent } = await bedOf(contract, seconds)
    await vendor.rotate('key-1', sending)
    expect(sent[0]?.body).toBe(body)
    expect(sent[0]?.url).toContain(url)
  })

  it('says in a header until when, where the vendor wants it said', async () => {
    const { vendor, sent } = await bedOf(northlight)
    const rotated = await vendor.rotate('key-1', sending)
    const until = NOON.getTime() / 1000 + 180
    expect(sent[0]?.headers['north-until']).toBe(String(until))
    expect(rotated.previousExpiresAt?.getTime()).toBe(until * 1000)
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
