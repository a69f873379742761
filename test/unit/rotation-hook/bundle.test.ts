import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Closers } from '../../../local/closers'
import type { Contract } from '../../../src/contracts/contract'
import { storno } from '../../../src/contracts/storno'
import { thesignup } from '../../../src/contracts/thesignup'
import { mirroredSecrets } from '../../../src/secrets-manager'
import { type HookBed, startHookBed } from '../../faults/subjects/rotation-hook/bed'
import {
  addRotatedEndpoint,
  expectedOf,
  recordCalls,
  strikeEach,
} from '../../faults/subjects/rotation-hook/struck-rotations'
import { seededContracts } from '../../support/seeded-contracts'

// `npm run test:faults` strikes every call of every contract.

let bed: HookBed
const closers = new Closers()
beforeAll(async () => {
  bed = await startHookBed(closers)
})
afterAll(() => closers.close())

/** A secret as it is deployed, with an endpoint of its own. */
async function deployed(contract: Contract) {
  const endpoint = await bed.vendor.newEndpoint(contract)
  return { endpoint, secret: await bed.consumer.addSecret({ hook: endpoint.hook, text: '{"to":"be rotated"}' }) }
}

describe('RotateSecret, with the hook’s bundle at the local control plane', () => {
  it.each(seededContracts)('rotates at $name, and the library reads what is stored', async contract => {
    const { endpoint, secret } = await deployed(contract)
    const { signingSecret } = await secret.rotate()
    const [current] = (await endpoint.live()).keys
    expect(signingSecret).toBe(current?.secret)
    expect(signingSecret).not.toBe(endpoint.firstSecret)
    const secrets = mirroredSecrets({ secretId: secret.secretId, client: bed.consumer.client })
    expect(await secrets.live()).toEqual([signingSecret])
    expect(secret.hook.log()).toContain('the step is done')
    expect(secret.hook.log()).not.toContain(signingSecret)
  })

  it('keeps the key before where the contract has an overlap', async () => {
    const { endpoint, secret } = await deployed(thesignup)
    const { signingSecret: first } = await secret.rotate()
    const { keys } = await secret.rotate()
    const [current] = (await endpoint.live()).keys
    expect(keys.map(({ secret }) => secret)).toEqual([current?.secret, first])
    expect(Date.parse(keys[1]?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 86_000_000)
  })

  it('heals when a call from the intent to the stored secret took effect and the hook was killed', async () => {
    const rotated = await addRotatedEndpoint(bed, storno)
    const all = await recordCalls(rotated)
    const calls = all.slice(all.indexOf('TagResource 1'), all.indexOf('PutSecretValue 1') + 1)
    expect(calls).toHaveLength(4)
    const way = 'killed-after'
    expect(await strikeEach(rotated, way, calls)).toEqual(calls.map(at => expectedOf(storno, way, at)))
  })
})
