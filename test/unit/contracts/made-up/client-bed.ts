import type { Contract } from '../../../../src/contracts/contract'
import { addSeconds } from '../../../../src/core/instant'
import { Secret } from '../../../../src/core/secret'
import type { Vendor } from '../../../../src/rotation-hook/ports'
import { contractVendor } from '../../../../src/rotation-hook/vendor'
import type { VendorHttpRequest } from '../../../../src/rotation-hook/vendor-request'
import type { Endpoint } from '../../../../src/rotation/endpoint'
import { type Harness, harness, NOON, sessionToken } from '../../http/harness'

interface Sent extends VendorHttpRequest {
  readonly url: string
}

export interface ClientBed {
  readonly vendor: Vendor
  readonly sent: readonly Sent[]
  /** The secrets of the ring, newest first. */
  readonly secrets: () => Promise<readonly string[]>
  readonly stored: () => Promise<Endpoint>
  readonly now: () => Date
  readonly sealer: Harness['deps']['sealer']
}

/**
 * The hook as a client of Keyturn as the vendor, which refuses whatever the contract does not say. Each request arrives
 * so many seconds after it was written.
 */
export async function clientBed(
  contract: Contract,
  overlapSeconds: number | null = null,
  travelSeconds = 0,
): Promise<ClientBed> {
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
      made.clock.now = addSeconds(made.clock.now, travelSeconds)
      const reply = await made.send(method, url, { headers, ...(body === null ? {} : { body }) })
      return { status: reply.status, retryAfter: reply.headers.get('retry-after'), body: reply.json ?? undefined }
    },
  })
  const stored = async (): Promise<Endpoint> => {
    const found = await made.deps.store.load({ tenantId, endpointId: endpoint.id })
    if (found === null) throw new Error('the endpoint is gone')
    return found
  }
  const secrets = async (): Promise<readonly string[]> => {
    const opened = (await stored()).ring.keys.map(key =>
      made.deps.sealer.open(key.sealed, { tenantId, endpointId: endpoint.id, keyId: key.id }),
    )
    return (await Promise.all(opened)).map(secret => secret.reveal())
  }
  return { vendor, sent, secrets, stored, now: () => made.clock.now, sealer: made.deps.sealer }
}

function ownerOf({ tenant: { ownerKinds: [kind] = [] } }: Contract): string {
  return kind === undefined ? 'org_1' : `${kind}:org_1`
}

async function credentialOf({ apiKey }: Harness, contract: Contract, tenantId: string): Promise<string> {
  const rotate = contract.operations.find(({ use }) => use === 'rotate')
  const takesKeys = rotate?.access !== undefined && rotate.access !== 'anyone' && rotate.access.apiKey !== undefined
  return takesKeys ? apiKey(contract, tenantId) : sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenantId] })
}
