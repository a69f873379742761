import { describe, expect, it } from '@jest/globals'
import { faultsOf, invalid, textAt } from '../harness'
import { publishBed } from '../publish-bed'

describe('POST /v1/endpoints/{id}/secret/promote', () => {
  it('409 too early, naming the time, while receivers may not have the key', async () => {
    const { rotate, promote, wait } = await publishBed()
    const keyId = textAt(await rotate({ signing: 'manual', leadSeconds: 60 }), 'keyId')
    wait(64)
    const reply = await promote({ keyId })
    expect(reply).toMatchObject({ status: 409, json: { code: 'too-early' } })
    expect(reply.text).toContain('2026-11-21T12:01:05.000Z')
  })

  it('409 too early where the mirror cannot be read at that moment, and the lead begins anew', async () => {
    const { rotate, promote, wait, sweep, tables } = await publishBed()
    const keyId = textAt(await rotate({ signing: 'manual', leadSeconds: 60 }), 'keyId')
    const [secret] = tables.vault.secrets.values()
    if (secret === undefined) throw new Error('there is no mirror')
    secret.deleted = true
    wait(70)
    expect(await promote({ keyId })).toMatchObject({ status: 409, json: { code: 'too-early' } })
    await sweep(1)
    wait(64)
    expect(await promote({ keyId })).toMatchObject({ status: 409, json: { code: 'too-early' } })
    wait(1)
    expect((await promote({ keyId })).status).toBe(200)
  })

  it('409 where nothing is published, or another key is', async () => {
    const { rotate, promote, abandon } = await publishBed()
    const first = textAt(await rotate({ signing: 'manual' }), 'keyId')
    await abandon({ keyId: first })
    expect(await promote({ keyId: first })).toMatchObject({ status: 409, json: { code: 'nothing-published' } })
    await rotate({ signing: 'manual' })
    expect(await promote({ keyId: first, force: true })).toMatchObject({ status: 409, json: { code: 'key-changed' } })
  })

  it('409 where the ring has changed since the revision that the caller saw', async () => {
    const { rotate, promote } = await publishBed()
    const keyId = textAt(await rotate({ signing: 'manual' }), 'keyId')
    const reply = await promote({ keyId, force: true, ifRevision: 1 })
    expect(reply).toMatchObject({ status: 409, json: { code: 'changed-meanwhile' } })
  })

  it.each([
    [{}, 'keyId'],
    [{ keyId: 7 }, 'keyId'],
    [{ keyId: 'key_1', force: 'yes' }, 'force'],
    [{ keyId: 'key_1', overlapSeconds: 60 }, 'overlapSeconds'],
  ])('400 for %j', async (body, path) => {
    const { promote } = await publishBed()
    expect(faultsOf(await promote(body))).toEqual(invalid(path))
  })
})
