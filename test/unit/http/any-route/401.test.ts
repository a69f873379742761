import { describe, expect, it } from '@jest/globals'
import { operator } from '../../../../src/access/api-key'
import { randomBytes } from 'node:crypto'
import type { Contract, Credentials } from '../../../../src/contracts/contract'
import { keyturn } from '../../../../src/contracts/keyturn'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, harness, NOON, requestsTo } from '../harness'

const path = '/v1/endpoints'

describe('a credential', () => {
  it.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic a2V5' }],
    ['a bare token', { authorization: 'kt_abc' }],
    ['no token', { authorization: 'Bearer ' }],
    ['two tokens', { authorization: 'Bearer kt_a kt_b' }],
    ['a list', { authorization: 'Bearer kt_a, Bearer kt_b' }],
    ['quotes', { authorization: 'Bearer "kt_a"' }],
    ['another header', { 'x-api-key': 'kt_a' }],
  ])('401 missing for %s', async (_, headers) => {
    const reply = await harness().send('GET', path, { headers })
    expect(reply).toMatchObject({ status: 401, json: { code: 'missing-credentials' } })
    expect(reply.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each<[string, NonNullable<Credentials['in']>, string | null]>([
    ['its only place', { kind: 'basic' }, 'Basic realm="sound"'],
    [
      'the first place, then the second',
      [{ kind: 'basic', user: 'a' }, { kind: 'bearer' }],
      'Basic realm="sound", Bearer',
    ],
    ['a prefix', [{ kind: 'bearer' }, { kind: 'header', name: 'authorization', prefix: 'Token ' }], 'Bearer, Token'],
    [
      'no scheme',
      [
        { kind: 'query', name: 'key' },
        { kind: 'header', name: 'X-Key' },
      ],
      null,
    ],
    ['a bare header', { kind: 'header', name: 'Authorization' }, null],
  ])('401 with the scheme of %s', async (_, places, challenge) => {
    const contract: Contract = { ...keyturn, name: 'sound', credentials: { ...keyturn.credentials, in: places } }
    const reply = await harness([contract]).send('GET', path, {})
    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toBe(challenge)
  })

  it('401 comes before 404 for the id, which comes before 400 and 413 for the body', async () => {
    const { send, apiKey } = harness()
    const body = ' '.repeat(70_000)
    expect((await send('POST', '/v1/endpoints/nope/secret/rotate', { body })).status).toBe(401)
    const token = await apiKey(keyturn, 'acme')
    expect((await send('POST', '/v1/endpoints/nope/secret/rotate', { ...bearer(token), body })).status).toBe(404)
  })
})

describe('an API key', () => {
  it('401 for one that is malformed, unknown, expired, revoked, or another contract’s, all alike', async () => {
    const { send, apiKey, apiKeys, clock, tables } = harness()
    const expiring = await apiKey(keyturn, 'acme', { expiresAt: new Date(NOON.getTime() + 1000) })
    const revoked = await apiKey(keyturn, 'acme')
    expect((await send('GET', path, bearer(expiring))).status).toBe(200)
    expect((await send('GET', path, bearer(revoked))).status).toBe(200)
    clock.now = new Date(NOON.getTime() + 1000)
    for (const { id } of tables.keys.apiKeys.values()) await apiKeys.revoke(id, { at: clock.now, by: operator })
    const other = await apiKey(thesignup, 'acme')
    const expired = await apiKey(keyturn, 'acme', { expiresAt: new Date(NOON.getTime() + 2000) })
    clock.now = new Date(NOON.getTime() + 2000)
    const unknown = `kt_${randomBytes(32).toString('base64url')}`
    for (const token of [expiring, revoked, expired, unknown, 'kt_', 'kt_short', `${unknown}a`]) {
      expect(await send('GET', path, bearer(token))).toMatchObject({ status: 401, json: { code: 'invalid-api-key' } })
    }
    expect(await send('GET', path, bearer(other))).toMatchObject({ status: 401, json: { code: 'invalid-token' } })
    const elsewhere = await send('POST', '/v2/webhooks/507f1f77bcf86cd799439011/secret', bearer(other))
    expect(elsewhere).toMatchObject({ status: 401, json: { error: { code: 'invalid_api_key' } } })
  })

  it('401 for the key of a contract whose keys look the same', async () => {
    const twin = {
      ...thesignup,
      name: 'twin',
      operations: [{ ...thesignup.operations[0], path: '/twins/{id}/rotate' }],
    }
    const { send, apiKey } = harness([thesignup, twin])
    const token = bearer(await apiKey(thesignup, 'acme'))
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
    expect((await send('POST', `/webhooks/${id}/rotate`, token)).status).toBe(404)
    expect(await send('POST', `/twins/${id}/rotate`, token)).toMatchObject({
      status: 401,
      json: { code: 'invalid_credentials' },
    })
  })

  it('401 after it was looked up by its hash, freshly for everything but reads', async () => {
    const seen: string[] = []
    const { appWith, access } = harness()
    const find = async (sha256: string, freshness: string): Promise<null> => (seen.push(freshness, sha256), null)
    const send = requestsTo(appWith({ access: { ...access, apiKeys: { find } } }))
    const unknown = bearer(`kt_${'A'.repeat(43)}`)
    const replies = [
      await send('GET', path, unknown),
      await send('POST', '/v1/endpoints/ep_x/secret/rotate', unknown),
      await send('POST', path, unknown),
      await send('PATCH', '/v1/endpoints/ep_x', unknown),
      await send('DELETE', '/v1/endpoints/ep_x', unknown),
      await send('POST', '/v1/events', unknown),
      await send('GET', path, bearer('kt_malformed')),
    ]
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401])
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    const fresh = ['fresh', hash]
    expect(seen).toEqual(['cached', hash, ...fresh, ...fresh, ...fresh, ...fresh, ...fresh])
  })
})
