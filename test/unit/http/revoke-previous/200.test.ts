import { describe, expect, it } from '@jest/globals'
import { bearer, jsonBody, type Reply } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/endpoints/{id}/secret/revoke-previous', () => {
  it('200 revokes the keys before, and nothing twice', async () => {
    const { rotate, send, token, base } = await ownEndpoint()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    const revoked = await send('POST', path, bearer(token))
    expect(revoked.status).toBe(200)
    expect(revoked.json).toEqual({ version: 2, revokedKeyIds: [expect.any(String)] })
    expect((await send('POST', path, bearer(token))).json).toEqual({ version: 2, revokedKeyIds: [] })
  })
})

async function repeatable() {
  const own = await ownEndpoint()
  const init = jsonBody(own.token, {}, { 'Idempotency-Key': 'r1' })
  return { ...own, revoke: (): Promise<Reply> => own.send('POST', `${own.base}/secret/revoke-previous`, init) }
}

describe('an Idempotency-Key', () => {
  it('200 again, and ends no key that came later, although none was retiring at first', async () => {
    const { rotate, revoke, base, send, token } = await repeatable()
    expect(await revoke()).toMatchObject({ status: 200, json: { version: 1, revokedKeyIds: [] } })
    await rotate({})
    const repeated = await revoke()
    expect(repeated).toMatchObject({ status: 200, json: { version: 1, revokedKeyIds: [] } })
    expect(repeated.headers.get('idempotency-replayed')).toBe('true')
    expect(Object((await send('GET', `${base}/secret`, bearer(token))).json).keys).toHaveLength(2)
  })

  it('200 with what it ended, and says that it is a replay', async () => {
    const { rotate, revoke } = await repeatable()
    await rotate({})
    const first = await revoke()
    const repeated = await revoke()
    expect([first.status, repeated.status]).toEqual([200, 200])
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(repeated.headers.get('idempotency-replayed')).toBe('true')
    expect(repeated.json).toEqual(first.json)
    expect(Object(first.json).revokedKeyIds).toHaveLength(1)
  })

  it('200 writes no new mirror where it ended no key', async () => {
    const { revoke, tables } = await repeatable()
    const versions = (): number =>
      [...tables.vault.secrets.values()].reduce((sum, { documents }) => sum + documents.size, 0)
    const before = versions()
    expect((await revoke()).status).toBe(200)
    expect(versions()).toBe(before)
  })
})
