import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tumban } from '../../../../src/contracts/tumban'
import { newProof } from '../../../../src/rotation/proof'
import { memoryHealth } from '../../../support/memory/memory-health'
import { NOON, textAt } from '../harness'
import { portalBed } from '../portal-bed'

const all = { scopes: ['read', 'rotate', 'write', 'test'] }

describe('a step that cannot be taken back, by whoever has not just signed in', () => {
  const single = storno

  async function bed(contract: Contract) {
    const made = await portalBed({}, contract === keyturn ? [keyturn] : [keyturn, contract])
    const { endpoint } = await made.endpoint(contract, 'acme')
    const { headers } = await made.open(all)
    const step = (name: string, body: object) =>
      made.send('POST', `/v1/endpoints/${endpoint.id}/secret/${name}`, { headers, body: JSON.stringify(body) })
    return { ...made, endpoint, step }
  }

  const refused = { status: 403, json: { code: 'recent-sign-in-required' } }

  it.each([1, 60, 599])(
    '403 for an overlap of %d seconds, which is over before anybody can deploy',
    async overlapSeconds => {
      const { step } = await bed(keyturn)
      expect(await step('rotate', { overlapSeconds })).toMatchObject(refused)
    },
  )

  it('200 for one of ten minutes, and for another beside what is retiring', async () => {
    const { step, later } = await bed(keyturn)
    expect((await step('rotate', { overlapSeconds: 600 })).status).toBe(200)
    // The first key would end by itself sooner than in ten minutes, and does.
    later(60)
    expect((await step('rotate', { overlapSeconds: 600 })).status).toBe(200)
  })

  it.each([1, 599])('403 for giving a published key up within %d seconds', async overlapSeconds => {
    const { step } = await bed(keyturn)
    const keyId = textAt(await step('rotate', { signing: 'manual' }), 'keyId')
    expect(await step('abandon', { keyId, overlapSeconds })).toMatchObject(refused)
    expect((await step('abandon', { keyId, overlapSeconds: 600 })).status).toBe(200)
  })

  it('403 for a published key that one signature is made with before receivers can have it', async () => {
    const { step, later } = await bed(single)
    expect(await step('rotate', { signing: 'published', leadSeconds: 1 })).toMatchObject(refused)
    const keyId = textAt(await step('rotate', { signing: 'manual', leadSeconds: 1 }), 'keyId')
    later(10)
    expect(await step('promote', { keyId })).toMatchObject(refused)
    expect(await step('promote', { keyId, force: true })).toMatchObject(refused)
  })

  it('200 for the same once the receiver has proven that it has the key, or after a lead of the usual length', async () => {
    const proven = await bed(single)
    const { endpoint } = proven
    const keyId = textAt(await proven.step('rotate', { signing: 'manual', leadSeconds: 1 }), 'keyId')
    const { tenantId, id: endpointId, incarnation } = endpoint
    const proof = newProof(endpoint.settings.url ?? '', { keyId, adoption: 'adopted', at: NOON })
    await memoryHealth(proven.tables.health).keepProof({ tenantId, endpointId, incarnation }, proof, [keyId])
    proven.later(10)
    expect((await proven.step('promote', { keyId })).status).toBe(200)
    const waited = await bed(single)
    const other = textAt(await waited.step('rotate', { signing: 'manual', leadSeconds: 600 }), 'keyId')
    waited.later(606)
    expect((await waited.step('promote', { keyId: other })).status).toBe(200)
  })

  it('200 for the same where a header has room for both', async () => {
    const { step } = await bed(keyturn)
    const keyId = textAt(await step('rotate', { signing: 'manual', leadSeconds: 1 }), 'keyId')
    expect((await step('promote', { keyId, force: true })).status).toBe(200)
    expect((await step('roll-back', { force: true })).status).toBe(200)
  })

  it('200 where the key before has a header of its own', async () => {
    const previous = { ...storno.signing.signature, header: ['x-previous-signature'] }
    const { step } = await bed({ ...thesignup, signing: { ...storno.signing, previous } })
    expect((await step('rotate', {})).status).toBe(200)
  })

  it('403 for a contract whose overlap is none', async () => {
    const { step } = await bed({ ...tumban, signing: keyturn.signing })
    expect(await step('rotate', {})).toMatchObject(refused)
  })

  it('403 for a second rotation that ends the first key, or will', async () => {
    const { step } = await bed({ ...thesignup, secondRotation: { kind: 'replace' } })
    expect((await step('rotate', {})).status).toBe(200)
    expect(await step('rotate', {})).toMatchObject(refused)
    expect(await step('rotate', { signing: 'manual' })).toMatchObject(refused)
  })
})
