import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { checkMounts } from '../../../src/contracts/check-mounts'
import { contractFaults } from '../../../src/contracts/check-contract'
import type { Contract } from '../../../src/contracts/contract'
import { canSignFor } from '../../../src/contracts/ids'
import { schemeOf } from '../../../src/contracts/secret-key'
import { newText } from '../../../src/contracts/secret-text'
import { signedRequest } from '../../../src/delivery/signed-request'
import { verify } from '../../../src/verify'
import { anyContract } from './any-contract'
import { type ClientBed, clientBed } from './made-up/client-bed'

const runs = 300

/** A delivery of the endpoint as it is now, and whether its receiver takes it with a secret. */
async function deliveryOf(
  contract: Contract,
  { stored, sealer, now }: ClientBed,
): Promise<(secret: string) => boolean> {
  const endpoint = await stored()
  const url = 'https://receiver.example/hooks?a=1'
  const { tenantId } = endpoint
  const event = { id: 'evt_1', type: 'order.paid', tenantId, at: now(), payload: { text: 'é"\\', n: [1, {}] } }
  const message = { id: 'msg_0123456789abcdef01234567', endpointId: endpoint.id, event }
  const deps = {
    openKey: (key: { sealed: string; id: string }) =>
      sealer.open(key.sealed, { tenantId, endpointId: endpoint.id, keyId: key.id }),
    now,
    log: { info: () => undefined, error: () => undefined },
  }
  const { request } = await signedRequest(deps, { endpoint, contract, url, message })
  return secret => {
    try {
      verify(Buffer.from(request.body), request.headers, secret, { scheme: schemeOf(contract), url, now: now() })
      return true
    } catch {
      return false
    }
  }
}

describe('any contract that can be mounted', () => {
  it('rotates for the hook as its client, which reads the new secret, and signs what its own receivers take', async () => {
    let mounted = 0
    await fc.assert(
      fc.asyncProperty(anyContract, async contract => {
        if (contractFaults(contract).length > 0) return
        mounted += 1
        expect(() => checkMounts([{ contract, basePath: '' }])).not.toThrow()
        const bed = await clientBed(contract, null, 1.5)
        const { secret } = await bed.vendor.rotate('key-1', () => undefined)
        const [newest] = await bed.secrets()
        expect(secret.reveal()).toBe(newest)
        const takes = await deliveryOf(contract, bed)
        expect(canSignFor(contract, (await bed.stored()).tenantId)).toBe(true)
        expect(takes(secret.reveal())).toBe(true)
        expect(takes(newText(contract.secret, randomBytes))).toBe(false)
      }),
      { numRuns: runs },
    )
    // Else nothing would have been tried.
    expect(mounted).toBeGreaterThan(runs / 10)
  }, 60_000)
})
